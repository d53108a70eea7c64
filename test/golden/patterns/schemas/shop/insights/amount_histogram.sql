/* ---
description: Orders by amount, in steps of fifty.
key: [amount_from]
--- */
SELECT floor(amount / 50) * 50 AS amount_from, count(*) AS orders
FROM orders
GROUP BY amount_from
ORDER BY amount_from
