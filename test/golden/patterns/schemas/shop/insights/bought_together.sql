/* ---
description: Products that the same customers bought.
key: [product, other]
--- */
SELECT a.product, b.product AS other, count(DISTINCT a.customer) AS customers
FROM orders AS a
JOIN orders AS b ON a.customer = b.customer AND a.product < b.product
GROUP BY a.product, b.product
