/* ---
description: Cost of each service by month, of the newest complete export.
over: costs
partitionBy: [period]
key: [period, service]
columns:
  cost: Sum in the billing currency.
--- */
SELECT period, service, CAST(sum(cost) AS DECIMAL(38, 2)) AS cost FROM costs GROUP BY period, service
