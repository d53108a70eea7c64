/* ---
description: What each shop sold in all.
key: [shop]
columns:
  amount: Price of all that was sold [EUR]
--- */
SELECT shop, CAST(sum(amount) AS DECIMAL(38, 6)) AS amount, count(*) AS days FROM revenue_daily GROUP BY shop
