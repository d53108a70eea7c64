/* ---
over: sales
partitionBy: [day]
key: [customer]
--- */
SELECT day, customer, list({'id': id, 'amount': amount} ORDER BY id, amount) AS lines, list(DISTINCT shop ORDER BY shop) AS shops
FROM sales GROUP BY day, customer
