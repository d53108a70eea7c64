/* ---
description: The mean price of a piece, weighted by the pieces sold.
key: [product]
--- */
SELECT product, sum(quantity) AS pieces, round(sum(amount) / sum(quantity), 4) AS price
FROM orders
GROUP BY product
