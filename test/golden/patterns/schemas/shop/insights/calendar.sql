/* ---
description: Orders of every day since January, also of those without one.
key: [day]
--- */
WITH days AS (
  SELECT CAST(unnest(generate_series(DATE '2024-01-01', max(ordered), INTERVAL 1 DAY)) AS DATE) AS day
  FROM orders
)
SELECT day, count(order_id) AS orders, coalesce(sum(amount), 0) AS revenue
FROM days LEFT JOIN orders ON ordered = day
GROUP BY day
