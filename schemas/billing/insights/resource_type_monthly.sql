/* ---
description: How much each kind of resource is used in a month and what it costs, by region and currency.
headline: true
over: billing
partitionBy: [year, month]
key: [resource_type, region, currency]
audits:
  - name: no_positive_usage
    sql: SELECT * FROM this WHERE credit_usage > 0 OR median_credit_usage > 0
columns:
  year: Year of the billing days.
  month: Month of the billing days.
  resource_type: What kind of resource it is.
  region: Where the resources run.
  currency: Currency of the credit columns, ISO 4217.
  operations: Number of operations, failed ones included.
  credit_usage: Exact sum of the credits, zero or negative.
  users: Number of distinct users over the whole month.
  resources: Number of distinct resources over the whole month.
  median_credit_usage: Median of the operations' credits; of an even number the mean of the middle two, rounded to six decimals, halves away from zero.
--- */
SELECT
  year,
  month,
  resource_type,
  region,
  currency,
  count(*) AS operations,
  sum(credit_usage) AS credit_usage,
  count(DISTINCT user_id) AS users,
  count(DISTINCT resource_id) AS resources,
  -- median() interpolates in floating point; the lower and the upper middle value are exact (minus the lower of the negated is the upper).
  CAST(
    (CAST(quantile_disc(credit_usage, 0.5) AS DECIMAL(20, 6)) - quantile_disc(-credit_usage, 0.5)) * 0.5
    AS DECIMAL(18, 6)
  ) AS median_credit_usage
FROM billing
GROUP BY year, month, resource_type, region, currency
