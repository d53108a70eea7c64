/* ---
description: Orders by amount, in steps of fifty.
key: [amount_from]
--- */
SELECT 50 * CAST(floor(amount / 50) AS INTEGER) AS amount_from, count(*) AS orders
FROM orders
GROUP BY amount_from
