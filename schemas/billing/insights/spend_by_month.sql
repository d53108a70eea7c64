/* ---
description: What all users spent in each month, by currency, and how that changed against the month before.
headline: true
over: user_monthly
key: [year, month, currency]
audits:
  - name: no_positive_usage
    sql: SELECT * FROM this WHERE credit_usage > 0
columns:
  year: Year of the billing days.
  month: Month of the billing days.
  currency: Currency of the credit columns, ISO 4217.
  users: Number of distinct users with operations in this currency.
  operations: Number of operations, failed ones included.
  credit_usage: Exact sum of the credits, zero or negative.
  credit_usage_change: credit_usage minus that of the calendar month before in the same currency, so below zero where spending grew; empty where that month has no operations in this currency.
--- */
WITH months AS (
  SELECT
    year,
    month,
    currency,
    count(DISTINCT user_id) AS users,
    CAST(sum(operations) AS BIGINT) AS operations,
    sum(credit_usage) AS credit_usage
  FROM user_monthly
  GROUP BY year, month, currency
)
SELECT
  this_month.year,
  this_month.month,
  this_month.currency,
  this_month.users,
  this_month.operations,
  this_month.credit_usage,
  this_month.credit_usage - month_before.credit_usage AS credit_usage_change
FROM months AS this_month
LEFT JOIN months AS month_before
  ON month_before.currency = this_month.currency
  AND month_before.year * 12 + month_before.month = this_month.year * 12 + this_month.month - 1
