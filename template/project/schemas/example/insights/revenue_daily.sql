/* ---
description: What was sold on each day, by country.
headline: true
over: orders
partitionBy: [date]
key: [country]
--- */
SELECT date, country, count(*) AS orders, CAST(sum(amount) AS DECIMAL(18, 2)) AS revenue
FROM orders
GROUP BY date, country
