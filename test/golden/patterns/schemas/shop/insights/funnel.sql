/* ---
description: Users who came, who then filled a cart, and who then paid.
--- */
WITH steps AS (
  SELECT
    user_id,
    min(seen) FILTER (WHERE step = 'visit') AS visited,
    min(seen) FILTER (WHERE step = 'cart') AS filled,
    min(seen) FILTER (WHERE step = 'pay') AS paid
  FROM events
  GROUP BY user_id
)
SELECT
  count(visited) AS visitors,
  sum(CASE WHEN filled > visited THEN 1 ELSE 0 END) AS carts,
  sum(CASE WHEN paid > filled AND filled > visited THEN 1 ELSE 0 END) AS payers
FROM steps
