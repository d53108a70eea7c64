/* ---
description: Revenue of each day, and all revenue until then.
key: [ordered]
--- */
SELECT ordered, sum(amount) AS revenue, sum(sum(amount)) OVER (ORDER BY ordered) AS total
FROM orders
GROUP BY ordered
