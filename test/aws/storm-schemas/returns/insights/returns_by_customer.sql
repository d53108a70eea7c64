/* ---
description: What each customer gave back.
over: returns
key: [customer]
--- */
SELECT customer, count(*) AS returns, sum(amount) AS amount
FROM returns
GROUP BY customer
