/* ---
description: "Every remark, <b>as it came</b>."
over: remarks
key: [id]
--- */
SELECT id, text FROM remarks
