/* ---
description: Each order with the price that held on its day.
key: [order_id]
--- */
SELECT order_id, o.product, ordered, quantity, price, quantity * price AS listed
FROM orders o ASOF JOIN prices p ON o.product = p.product AND o.ordered >= p.valid_from
