/* ---
description: What each user did on a day and what it cost, by currency.
over: billing
partitionBy: [year, month, day]
key: [user_id, currency]
audits:
  - name: no_positive_usage
    sql: SELECT * FROM this WHERE credit_usage > 0
  - name: activity_in_order
    sql: SELECT * FROM this WHERE first_activity > last_activity
columns:
  year: Year of the billing day.
  month: Month of the billing day.
  day: Day of the month of the billing day.
  user_id: The user who pays.
  currency: Currency of credit_usage, ISO 4217.
  operations: Number of operations, failed ones included.
  failed_operations: Number of operations without success.
  credit_usage: Exact sum of the credits, zero or negative.
  resources: Number of distinct resources that the user operated on.
  first_activity: Time of the user's first operation of the day in this currency.
  last_activity: Time of the user's last operation of the day in this currency.
--- */
SELECT
  year,
  month,
  day,
  user_id,
  currency,
  count(*) AS operations,
  count(*) FILTER (WHERE NOT success) AS failed_operations,
  sum(credit_usage) AS credit_usage,
  count(DISTINCT resource_id) AS resources,
  min(timestamp) AS first_activity,
  max(timestamp) AS last_activity
FROM billing
GROUP BY year, month, day, user_id, currency
