/* ---
description: Every aeroplane with the figures of its model.
key: [aeroplane_id]
columns:
  aeroplane_id: The aeroplane.
  aeroplane_model: Name of its model.
  aeroplane_manufacturer: Who built it.
  max_seats: Seats for passengers, at most; empty where the model is unknown, as are the other figures.
  max_weight: Weight at take-off in kilograms, at most.
  max_distance: Range in kilometres, at most.
  engine_type: Kind of its engines.
  distance_type: long_haul above 4000 km of range, else short_haul; short_haul too where the range is unknown.
  aeroplane_size: big above 100 seats, else small; small too where the number of seats is unknown.
audits:
  - name: known_distance_type_and_size
    sql: SELECT * FROM this WHERE distance_type NOT IN ('long_haul', 'short_haul') OR aeroplane_size NOT IN ('big', 'small')
--- */
SELECT
  aeroplanes.aeroplane_id,
  aeroplanes.aeroplane_model,
  aeroplanes.aeroplane_manufacturer,
  aeroplane_models.max_seats,
  aeroplane_models.max_weight,
  aeroplane_models.max_distance,
  aeroplane_models.engine_type,
  CASE WHEN aeroplane_models.max_distance > 4000 THEN 'long_haul' ELSE 'short_haul' END AS distance_type,
  CASE WHEN aeroplane_models.max_seats > 100 THEN 'big' ELSE 'small' END AS aeroplane_size
FROM aeroplanes
LEFT JOIN aeroplane_models
  ON aeroplane_models.aeroplane_manufacturer = aeroplanes.aeroplane_manufacturer
  AND aeroplane_models.aeroplane_model = aeroplanes.aeroplane_model
