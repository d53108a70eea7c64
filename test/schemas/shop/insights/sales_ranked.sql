/* ---
description: The two largest sales of each day, so that each partition must be computed by itself.
over: sales
partitionBy: [day]
--- */
SELECT day, id, customer, amount, row_number() OVER (ORDER BY amount DESC, id, customer) AS place
FROM sales
QUALIFY place <= 2
