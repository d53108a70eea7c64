/* ---
description: The two best-selling products of each region.
key: [region, product]
--- */
SELECT region, product, sum(amount) AS revenue
FROM orders
GROUP BY region, product
QUALIFY row_number() OVER (PARTITION BY region ORDER BY sum(amount) DESC, product) <= 2
