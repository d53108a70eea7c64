/* ---
description: When each customer's last trip ends and how many trips they ordered; orders of every status count.
key: [customer_id]
columns:
  customer_id: The customer.
  last_flight: Latest trip_end_timestamp among the trips that the customer ordered, whatever the order's status; local time at the destination written as UTC, empty without any trip.
  number_of_trips: Number of distinct trips that the customer ordered, whatever the order's status; trips that are unknown do not count.
--- */
SELECT
  customers.customer_id,
  max(trips.trip_end_timestamp) AS last_flight,
  count(DISTINCT trips.trip_id) AS number_of_trips
FROM customers
LEFT JOIN orders ON orders.customer_id = customers.customer_id
LEFT JOIN trips ON trips.trip_id = orders.trip_id
GROUP BY customers.customer_id
