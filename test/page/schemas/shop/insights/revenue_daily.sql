/* ---
description: What each shop sold on each day.
over: sales
partitionBy: [date]
key: [shop]
headline: true
columns:
  amount: Price of all that was sold [EUR]
  pieces: Pieces sold
audits:
  - column: amount
    minimum: 0
--- */
SELECT
  date,
  shop,
  CAST(sum(pieces) AS BIGINT) AS pieces,
  CAST(sum(amount) AS DECIMAL(38, 6)) AS amount
FROM sales
GROUP BY date, shop
