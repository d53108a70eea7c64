/* ---
description: Extremes by place, so that an insight's partitions have the hard values too.
over: readings
partitionBy: [place, good]
--- */
SELECT place, good, CAST(count(*) AS INTEGER) AS readings, min("at") AS first_at, max(on_day) AS last_day,
  max(exact) AS most_exact, max(approximate) AS most_approximate, min(id) AS least_id
FROM readings
GROUP BY place, good
