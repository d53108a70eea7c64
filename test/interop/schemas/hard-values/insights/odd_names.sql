/* ---
description: Names of columns as people and the engine give them, and types that are published as others.
over: readings
--- */
SELECT
  place AS "Place (as written), in full",
  count(*),
  max(exact),
  CAST(sum(id) AS DECIMAL(38, 2)) / count(*) * 100 - 1,
  count(*) FILTER (WHERE good) AS "30 days",
  count(*) FILTER (WHERE NOT good) AS ">120 days",
  sum(id) AS "sum of ids",
  date_trunc('month', min(on_day)) AS "month's first: [day]/{1}",
  CAST(count(*) AS UTINYINT) AS few
FROM readings
GROUP BY place
