/* ---
description: What each customer ordered and paid; orders of every status count.
headline: true
key: [customer_id]
columns:
  customer_id: The customer.
  number_of_orders: Number of orders, whatever their status; 0 without any.
  revenue: Exact sum of the orders' prices in euros, whatever their status; 0 without any.
--- */
SELECT
  customers.customer_id,
  count(orders.order_id) AS number_of_orders,
  CAST(coalesce(sum(orders.price_in_eur), 0) AS DECIMAL(38, 2)) AS revenue
FROM customers
LEFT JOIN orders ON orders.customer_id = customers.customer_id
GROUP BY customers.customer_id
