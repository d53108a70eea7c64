/* ---
description: Every trip with the model and the seats of its aeroplane.
key: [trip_id]
columns:
  trip_id: The trip.
  origin_city: Where it starts.
  destination_city: Where it ends.
  aeroplane_id: The aeroplane that flies it.
  trip_start_timestamp: Departure, local time at the origin written as UTC.
  trip_end_timestamp: Arrival, local time at the destination written as UTC; it can be before the departure.
  aeroplane_model: Name of the aeroplane's model; empty where the aeroplane is unknown.
  max_seats: Seats for passengers, at most; empty where the aeroplane or its model is unknown.
--- */
SELECT
  trips.trip_id,
  trips.origin_city,
  trips.destination_city,
  trips.aeroplane_id,
  trips.trip_start_timestamp,
  trips.trip_end_timestamp,
  dim_aeroplane.aeroplane_model,
  dim_aeroplane.max_seats
FROM trips
LEFT JOIN dim_aeroplane ON dim_aeroplane.aeroplane_id = trips.aeroplane_id
