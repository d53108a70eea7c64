/* ---
description: Sessions of each user, which end with half an hour without an event.
key: [user_id, session]
--- */
WITH marked AS (
  SELECT
    user_id,
    seen,
    CASE
      WHEN seen - lag(seen) OVER (PARTITION BY user_id ORDER BY seen) <= INTERVAL 30 MINUTES THEN 0
      ELSE 1
    END AS is_first
  FROM events
),
numbered AS (
  SELECT user_id, seen, sum(is_first) OVER (PARTITION BY user_id ORDER BY seen) AS session FROM marked
)
SELECT user_id, session, min(seen) AS started, max(seen) AS ended, count(*) AS events
FROM numbered
GROUP BY user_id, session
