/* ---
description: Orders by New York's day.
over: orders
partitionBy: [day]
--- */
SELECT day, count(*) AS orders, CAST(sum(amount) AS BIGINT) AS amount FROM orders GROUP BY day
