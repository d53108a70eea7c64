/* ---
description: Revenue of each day, and the mean of the seven days that end with it.
key: [ordered]
--- */
SELECT
  ordered,
  sum(amount) AS revenue,
  avg(sum(amount)) OVER (ORDER BY ordered RANGE BETWEEN INTERVAL 6 DAYS PRECEDING AND CURRENT ROW) AS average_7
FROM orders
GROUP BY ordered
