/* ---
description: Each order with the price that held on its day.
key: [order_id]
--- */
SELECT order_id, orders.product, ordered, quantity, price, quantity * price AS listed
FROM orders
ASOF LEFT JOIN prices ON orders.product = prices.product AND ordered >= valid_from
