/* ---
description: Revenue by year, and how it grew on the year before.
key: [year]
--- */
WITH years AS (
  SELECT year(ordered) AS year, sum(amount) AS revenue FROM orders GROUP BY year(ordered)
)
SELECT
  years.year,
  years.revenue,
  years.revenue - before.revenue AS growth,
  round(100 * (years.revenue - before.revenue) / before.revenue, 2) AS growth_percent
FROM years
LEFT JOIN years AS before ON before.year = years.year - 1
