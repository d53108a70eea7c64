/* ---
description: Revenue of each day, and the mean of the seven days that end with it.
key: [ordered]
--- */
SELECT
  ordered,
  sum(amount) AS revenue,
  round(
    sum(sum(amount)) OVER (ORDER BY ordered RANGE BETWEEN INTERVAL 6 DAYS PRECEDING AND CURRENT ROW) / 7,
    2
  ) AS average_7_days
FROM orders
GROUP BY ordered
