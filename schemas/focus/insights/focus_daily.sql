/* ---
description: What each service of each account cost on each day, of the newest complete export of the month.
over: focus_costs
partitionBy: [period]
key: [day, sub_account_id, service_name, charge_category, currency]
audits:
  - name: days_are_in_their_period
    sql: SELECT * FROM this WHERE charge_category = 'Usage' AND date_trunc('month', day) <> date_trunc('month', period)
    severity: warn
columns:
  period: First day of the billing period.
  day: Day on which the charge began, in UTC.
  sub_account_id: The account; empty text for charges of the billing account itself.
  service_name: The service.
  charge_category: Usage, Purchase, Tax, Credit or Adjustment.
  currency: Of the costs, ISO 4217.
  billed_cost: Exact sum of what is invoiced.
  effective_cost: Exact sum with prepayments spread over what they pay for.
  list_cost: Exact sum at list prices; charges without one count as nothing.
--- */
SELECT
  period,
  CAST(timezone('UTC', ChargePeriodStart) AS DATE) AS day,
  coalesce(SubAccountId, '') AS sub_account_id,
  ServiceName AS service_name,
  ChargeCategory AS charge_category,
  BillingCurrency AS currency,
  CAST(sum(BilledCost) AS DECIMAL(38, 12)) AS billed_cost,
  CAST(sum(EffectiveCost) AS DECIMAL(38, 12)) AS effective_cost,
  CAST(coalesce(sum(ListCost), 0) AS DECIMAL(38, 12)) AS list_cost
FROM focus_costs
GROUP BY ALL
