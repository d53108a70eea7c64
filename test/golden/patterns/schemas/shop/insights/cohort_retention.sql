/* ---
description: Customers by the month of their first order, and how many months later they ordered again.
key: [cohort, months]
--- */
WITH firsts AS (
  SELECT customer, date_trunc('month', min(ordered)) AS cohort FROM orders GROUP BY customer
)
SELECT cohort, datediff('month', cohort, ordered) AS months, count(DISTINCT customer) AS customers
FROM orders JOIN firsts USING (customer)
GROUP BY ALL
