/* ---
description: What each shop's customers are and spent, over all days.
--- */
SELECT shop, {'n': count(DISTINCT customer), 'customers': list(DISTINCT customer ORDER BY customer)} AS of_shop,
  max({'amount': amount, 'by': customer}) AS most
FROM sales GROUP BY shop
