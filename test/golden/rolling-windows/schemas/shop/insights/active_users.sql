/* ---
description: Users of each day, and of the seven days that end with it.
over: visits
partitionBy: [day]
window: {day: 6}
--- */
SELECT
  this_partition.day,
  count(DISTINCT user_id) FILTER (visits.day = this_partition.day) AS users,
  count(DISTINCT user_id) AS users_7_days
FROM visits, this_partition
GROUP BY this_partition.day
