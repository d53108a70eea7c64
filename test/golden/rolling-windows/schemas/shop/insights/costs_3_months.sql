/* ---
description: What a month cost, beside the average of the months before, itself and the one after, as far as there are files of them.
over: costs
partitionBy: [year, month]
window: {month: {before: 1, after: 1}}
--- */
WITH monthly AS (SELECT year, month, sum(amount) AS amount FROM costs GROUP BY year, month)
SELECT
  this_partition.year,
  this_partition.month,
  CAST(sum(amount) FILTER (monthly.month = this_partition.month) AS DECIMAL(12, 2)) AS amount,
  CAST(sum(amount) / count(*) AS DECIMAL(12, 2)) AS average,
  count(*) AS months
FROM monthly, this_partition
GROUP BY this_partition.year, this_partition.month
