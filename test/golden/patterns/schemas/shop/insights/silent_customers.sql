/* ---
description: Customers without an order.
key: [customer]
--- */
SELECT customer, city
FROM customers
WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer = customers.customer)
