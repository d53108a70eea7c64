/* ---
description: As many groups as rows, so that neither the groups nor the result fit into a small memory.
over: events
partitionBy: [day]
key: [id]
--- */
SELECT day, id, sum(amount) AS amount, count(*) AS events
FROM events
GROUP BY day, id
