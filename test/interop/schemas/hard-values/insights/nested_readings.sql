/* ---
description: Lists and structs within each other, empty and missing ones, fields with names of all signs.
over: readings
partitionBy: [place]
--- */
SELECT
  place,
  list({'id': id, 'at': "at", 'exact': exact, 'approximate': approximate, 'good': good} ORDER BY id, "at", exact, approximate, good) AS readings,
  list(DISTINCT "note with blanks, ünïcode" ORDER BY "note with blanks, ünïcode") AS "all notes",
  {
    'least': {'id': min(id), 'on_day': min(on_day)},
    'b c.d': [[max(exact), NULL], [], NULL],
    'day, (x);={y}[]/<z>:''ü': max(on_day),
    '30': count(*)
  } AS "made of (many), so",
  CASE WHEN count(*) > 2 THEN [count(*)] WHEN count(*) > 1 THEN [] END AS sometimes,
  CASE WHEN min(id) > 0 THEN {'when': list("at" ORDER BY "at"), 'at': max("at")} END AS at_times,
  sum(id) AS ids
FROM readings
GROUP BY place
