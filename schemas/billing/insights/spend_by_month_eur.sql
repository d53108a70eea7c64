/* ---
description: What all users spent in each month in euros, by the currency that they were billed in.
over: user_monthly
partitionBy: [year, month]
key: [currency]
audits:
  - column: currency
    relationships: {to: exchange_rates, field: currency}
    severity: warn
  - name: rate_of_the_month_is_known
    sql: SELECT * FROM this WHERE rate_to_eur IS NULL
    severity: warn
  - name: euros_are_euros
    sql: SELECT * FROM this WHERE currency = 'EUR' AND credit_usage_eur <> credit_usage
  - maxRowChange: 0.5
columns:
  year: Year of the billing days.
  month: Month of the billing days.
  currency: Currency that was billed in, ISO 4217.
  credit_usage: Exact sum of the credits in that currency, zero or negative.
  rate_to_eur: Euros for one unit of the currency in that month; empty, and an audit warns, until a file brings it.
  credit_usage_eur: credit_usage times rate_to_eur, exact with all sixteen decimals; round after adding up.
--- */
WITH months AS (
  SELECT
    year,
    month,
    currency,
    sum(credit_usage) AS credit_usage
  FROM user_monthly
  GROUP BY year, month, currency
)
SELECT
  months.year,
  months.month,
  months.currency,
  months.credit_usage,
  exchange_rates.rate_to_eur,
  -- 26 and 12 digits make 38, the most that a decimal has.
  CAST(months.credit_usage AS DECIMAL(26, 6)) * exchange_rates.rate_to_eur AS credit_usage_eur
FROM months
LEFT JOIN exchange_rates
  ON exchange_rates.currency = months.currency
  AND exchange_rates.month = format('{:04d}-{:02d}', months.year, months.month)
