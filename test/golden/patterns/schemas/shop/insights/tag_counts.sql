/* ---
description: Customers by tag.
key: [tag]
--- */
WITH tagged AS (
  SELECT customer, trim(unnest(string_split(tags, ';'))) AS tag FROM customers
)
SELECT tag, count(DISTINCT customer) AS customers
FROM tagged
GROUP BY tag
