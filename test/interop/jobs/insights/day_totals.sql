/*---
description: Events and amounts by day.
over: events
partitionBy: [day]
key: [day]
---*/
SELECT day, count(*) AS events, sum(amount) AS amount, sum(length(note)) AS letters
FROM events
GROUP BY day
