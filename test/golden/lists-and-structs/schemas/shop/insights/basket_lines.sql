/* ---
description: The same lines, one a row again.
over: baskets
partitionBy: [day]
--- */
SELECT day, customer, line.id AS id, line.amount AS amount, shops[1] AS first_shop
FROM (SELECT day, customer, shops, unnest(lines) AS line FROM baskets)
