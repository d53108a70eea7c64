/* ---
description: What each product adds to all revenue, in percent.
key: [product]
--- */
SELECT product, sum(amount) AS revenue, round(100 * sum(amount) / sum(sum(amount)) OVER (), 2) AS percent
FROM orders
GROUP BY product
