/* ---
description: Revenue by year, and its growth.
key: [year]
--- */
WITH years AS (SELECT year(ordered) AS year, sum(amount) AS revenue FROM orders GROUP BY year(ordered))
SELECT year, revenue, revenue - lag(revenue) OVER (ORDER BY year) AS growth
FROM years
