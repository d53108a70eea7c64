/* ---
description: Orders of every day, also of those without one.
key: [day]
--- */
SELECT day, count(order_id) AS orders, coalesce(sum(amount), 0) AS revenue
FROM (SELECT CAST(range AS DATE) AS day FROM range(DATE '2024-01-01', DATE '2024-01-08', INTERVAL 1 DAY))
LEFT JOIN orders ON ordered = day
GROUP BY day
