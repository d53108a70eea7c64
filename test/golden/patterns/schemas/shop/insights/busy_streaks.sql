/* ---
description: Days in a row on which a customer ordered.
key: [customer, first_day]
--- */
WITH days AS (
  SELECT DISTINCT customer, ordered FROM orders
),
numbered AS (
  SELECT customer, ordered, row_number() OVER (PARTITION BY customer ORDER BY ordered) AS n FROM days
)
SELECT customer, min(ordered) AS first_day, max(ordered) AS last_day, count(*) AS days
FROM numbered
GROUP BY customer, ordered - CAST(n AS INTEGER)
