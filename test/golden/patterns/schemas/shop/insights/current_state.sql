/* ---
description: The latest state of each order.
key: [order_id]
--- */
SELECT order_id, state, changed
FROM order_states
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY changed DESC) = 1
