/* ---
description: Revenue of each product, a column for each region.
key: [product]
--- */
PIVOT orders ON region IN ('north', 'south') USING sum(amount) GROUP BY product
