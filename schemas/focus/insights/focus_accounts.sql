/* ---
description: What each account is billed for each month, and what it saved against list prices.
headline: true
over: focus_daily
partitionBy: [period]
key: [sub_account_id, currency]
audits:
  - maxRowChange: 0.5
    severity: warn
columns:
  period: First day of the billing period.
  sub_account_id: The account; empty text for charges of the billing account itself.
  currency: Of the costs, ISO 4217.
  services: Number of its services.
  last_day: Last day with a charge, so that a month that is not over can be told.
  billed_cost: Exact sum of what is invoiced.
  effective_cost: Exact sum with prepayments spread over what they pay for.
  savings: Usage at list prices minus its effective cost.
--- */
SELECT
  period,
  sub_account_id,
  currency,
  count(DISTINCT service_name) AS services,
  max(day) AS last_day,
  CAST(sum(billed_cost) AS DECIMAL(38, 12)) AS billed_cost,
  CAST(sum(effective_cost) AS DECIMAL(38, 12)) AS effective_cost,
  CAST(coalesce(sum(list_cost - effective_cost) FILTER (charge_category = 'Usage'), 0) AS DECIMAL(38, 12)) AS savings
FROM focus_daily
GROUP BY period, sub_account_id, currency
