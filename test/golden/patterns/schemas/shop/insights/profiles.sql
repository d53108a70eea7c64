/* ---
description: What the customers' profiles, which are JSON, say.
key: [customer]
--- */
SELECT
  customer,
  profile ->> '$.plan' AS plan,
  CAST(profile ->> '$.seats' AS INTEGER) AS seats,
  json_array_length(profile, '$.emails') AS emails
FROM customers
