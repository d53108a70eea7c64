/* ---
description: What each user did in a month and what it cost, by currency.
over: user_daily
partitionBy: [year, month]
key: [user_id, currency]
audits:
  - name: no_positive_usage
    sql: SELECT * FROM this WHERE credit_usage > 0
  - name: active_days_within_a_month
    sql: SELECT * FROM this WHERE active_days < 1 OR active_days > 31
columns:
  year: Year of the billing days.
  month: Month of the billing days.
  user_id: The user who pays.
  currency: Currency of credit_usage, ISO 4217.
  operations: Number of operations, failed ones included.
  failed_operations: Number of operations without success.
  credit_usage: Exact sum of the credits, zero or negative.
  active_days: Number of days with at least one operation in this currency.
  first_activity: Time of the user's first operation of the month in this currency.
  last_activity: Time of the user's last operation of the month in this currency.
--- */
SELECT
  year,
  month,
  user_id,
  currency,
  CAST(sum(operations) AS BIGINT) AS operations,
  CAST(sum(failed_operations) AS BIGINT) AS failed_operations,
  sum(credit_usage) AS credit_usage,
  count(DISTINCT day) AS active_days,
  min(first_activity) AS first_activity,
  max(last_activity) AS last_activity
FROM user_daily
GROUP BY year, month, user_id, currency
