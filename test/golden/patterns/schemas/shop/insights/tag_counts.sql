/* ---
description: Customers by tag.
key: [tag]
--- */
SELECT tag, count(*) AS customers
FROM (SELECT customer, unnest(string_split(tags, ';')) AS tag FROM customers)
GROUP BY tag
