/* ---
description: Sums by city over all days, against the city's target.
over: customer_days
key: [city]
--- */
SELECT coalesce(city, '?') AS city, sum(amount) AS amount, max(target) AS target
FROM customer_days LEFT JOIN targets USING (city)
GROUP BY coalesce(city, '?')
