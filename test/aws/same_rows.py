"""Reads pairs of Delta tables with delta-rs, one on disk and one in S3, and says where their rows differ.

Standard input: {"pairs": [[folder, "s3://..."], ...], "options": delta-rs's storage options}. Standard output: a list with
{"table", "rows", "same"} for each pair, in that order.
"""

import json
import sys

from deltalake import DeltaTable


def sorted_rows(place, options):
    table = DeltaTable(place, storage_options=options).to_pyarrow_table()
    table = table.select(sorted(table.column_names))
    return table.schema, table.sort_by([(name, "ascending") for name in table.column_names])


def compare(folder, place, options):
    (schema, rows), (other_schema, other_rows) = sorted_rows(folder, None), sorted_rows(place, options)
    same = schema.equals(other_schema) and rows.to_pylist() == other_rows.to_pylist()
    return {"table": place, "rows": other_rows.num_rows, "same": same}


request = json.load(sys.stdin)
json.dump([compare(folder, place, request["options"]) for folder, place in request["pairs"]], sys.stdout)
