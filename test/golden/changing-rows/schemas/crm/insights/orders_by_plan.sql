/* ---
description: Orders by the plan that their customer had when they ordered.
over: orders
key: [plan]
--- */
SELECT coalesce(plan, 'none') AS plan, count(*) AS orders
FROM orders
LEFT JOIN customers_history AS customer
  ON customer.id = orders.customer AND "at" >= valid_from AND (valid_to IS NULL OR "at" < valid_to)
GROUP BY coalesce(plan, 'none')
