/* ---
description: What a day's operations were and what they cost, by region, service tier, kind of operation and currency.
over: billing
partitionBy: [year, month, day]
key: [region, service_tier, operation_type, currency]
audits:
  - name: no_positive_usage
    sql: SELECT * FROM this WHERE credit_usage > 0
  - name: failed_operations_are_operations
    sql: SELECT * FROM this WHERE failed_operations < 0 OR failed_operations > operations
columns:
  year: Year of the billing day.
  month: Month of the billing day.
  day: Day of the month of the billing day.
  region: Where the resources run.
  service_tier: The tier of service that sets the price.
  operation_type: What was done.
  currency: Currency of the credit columns, ISO 4217.
  operations: Number of operations, failed ones included.
  failed_operations: Number of operations without success.
  credit_usage: Exact sum of the credits, zero or negative.
  average_credit_usage: credit_usage divided by operations, rounded to six decimals, halves away from zero; computed in integers, so exact.
  users: Number of distinct users.
  resources: Number of distinct resources.
--- */
WITH totals AS (
  SELECT
    year,
    month,
    day,
    region,
    service_tier,
    operation_type,
    currency,
    count(*) AS operations,
    count(*) FILTER (WHERE NOT success) AS failed_operations,
    sum(credit_usage) AS credit_usage,
    CAST(sum(credit_usage) * 1000000 AS HUGEINT) AS micro_credits,
    count(DISTINCT user_id) AS users,
    count(DISTINCT resource_id) AS resources
  FROM billing
  GROUP BY year, month, day, region, service_tier, operation_type, currency
)
SELECT
  year,
  month,
  day,
  region,
  service_tier,
  operation_type,
  currency,
  operations,
  failed_operations,
  credit_usage,
  -- Division of decimals would go through floating point; adding half a divisor to a whole number rounds it.
  CAST(
    CAST(sign(micro_credits) * ((2 * abs(micro_credits) + operations) // (2 * operations)) AS DECIMAL(18, 0)) * 0.000001
    AS DECIMAL(18, 6)
  ) AS average_credit_usage,
  users,
  resources
FROM totals
