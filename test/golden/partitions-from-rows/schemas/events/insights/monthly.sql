/* ---
description: Events by month.
over: events
partitionBy: [year, month]
key: [kind]
--- */
SELECT year, month, coalesce(kind, 'none') AS kind, CAST(sum(n) AS BIGINT) AS n
FROM events GROUP BY ALL
