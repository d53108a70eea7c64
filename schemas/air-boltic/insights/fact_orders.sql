/* ---
description: Every order with where its trip goes.
key: [order_id]
columns:
  order_id: The order.
  customer_id: Who booked.
  trip_id: The trip that was booked.
  price_in_eur: Price of the seat in euros.
  seat_no: The seat, row and letter.
  order_status: What became of the order; orders of every status are here.
  origin_city: Where the trip starts; empty where the trip is unknown.
  destination_city: Where the trip ends; empty where the trip is unknown.
--- */
SELECT
  orders.order_id,
  orders.customer_id,
  orders.trip_id,
  orders.price_in_eur,
  orders.seat_no,
  orders.order_status,
  trips.origin_city,
  trips.destination_city
FROM orders
LEFT JOIN trips ON trips.trip_id = orders.trip_id
