/* ---
description: A day's customers with their city, so that a changed customer touches every day.
over: sales_daily
partitionBy: [day]
key: [customer]
--- */
SELECT day, customer, city, amount
FROM sales_daily LEFT JOIN customers USING (customer)
