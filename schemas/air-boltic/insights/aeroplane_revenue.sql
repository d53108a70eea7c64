/* ---
description: How often each aeroplane flew and what the seats on its trips earned; orders of every status count.
headline: true
key: [aeroplane_id]
columns:
  aeroplane_id: The aeroplane.
  number_of_trips: Number of its trips, those without orders included; 0 without any.
  number_of_orders: Number of orders on its trips, whatever their status; 0 without any.
  revenue: Exact sum of those orders' prices in euros; 0 without any.
--- */
SELECT
  aeroplanes.aeroplane_id,
  count(DISTINCT trips.trip_id) AS number_of_trips,
  count(orders.order_id) AS number_of_orders,
  CAST(coalesce(sum(orders.price_in_eur), 0) AS DECIMAL(38, 2)) AS revenue
FROM aeroplanes
LEFT JOIN trips ON trips.aeroplane_id = aeroplanes.aeroplane_id
LEFT JOIN orders ON orders.trip_id = trips.trip_id
GROUP BY aeroplanes.aeroplane_id
