/* ---
description: Users who came, who then filled a cart, and who then paid.
--- */
WITH visits AS (
  SELECT user_id, min(seen) AS visited FROM events WHERE step = 'visit' GROUP BY user_id
),
carts AS (
  SELECT user_id, min(seen) AS filled
  FROM events JOIN visits USING (user_id)
  WHERE step = 'cart' AND seen > visited
  GROUP BY user_id
),
payments AS (
  SELECT user_id, min(seen) AS paid
  FROM events JOIN carts USING (user_id)
  WHERE step = 'pay' AND seen > filled
  GROUP BY user_id
)
SELECT
  (SELECT count(*) FROM visits) AS visitors,
  (SELECT count(*) FROM carts) AS carts,
  (SELECT count(*) FROM payments) AS payers
