/* ---
description: What each customer bought on a day.
over: sales
partitionBy: [day]
key: [customer]
--- */
SELECT day, customer, count(*) AS sales, sum(amount) AS amount
FROM sales
GROUP BY day, customer
