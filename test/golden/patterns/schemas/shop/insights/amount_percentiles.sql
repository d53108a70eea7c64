/* ---
description: How the amounts of orders are spread, by region.
key: [region]
--- */
SELECT
  region,
  median(amount) AS median,
  quantile_cont(amount, 0.9) AS p90,
  quantile_disc(amount, 0.9) AS p90_order
FROM orders
GROUP BY region
