"""Writes to Delta tables with delta-rs, as a user who takes them for plain Delta tables would.

Standard input: [{"path": folder, "operation": name, and what it needs of "predicate", "set", "columns", "version"}, ...].
Standard output: [whether there is a new version, ...], in that order.
"""

import pyarrow as pa
from canonical import answer
from deltalake import DeltaTable, QueryBuilder, write_deltalake
from deltalake.schema import Field, PrimitiveType


def some_rows(table, predicate):
    sql = f"SELECT * FROM t WHERE {predicate}"
    return pa.table(QueryBuilder().register("t", table).execute(sql).read_all())


def write(request):
    table = DeltaTable(request["path"])
    before = table.version()
    operation, predicate = request["operation"], request["predicate"]
    if operation == "OPTIMIZE":
        table.optimize.compact()
    elif operation == "Z-ORDER":
        table.optimize.z_order(request["columns"])
    elif operation == "DELETE":
        table.delete(predicate)
    elif operation == "UPDATE":
        table.update(updates=request["set"], predicate=predicate)
    elif operation == "INSERT":
        write_deltalake(table, some_rows(table, predicate), mode="append")
    elif operation == "OVERWRITE":
        write_deltalake(table, some_rows(table, predicate), mode="overwrite")
    elif operation == "RESTORE":
        table.restore(request["version"])
    elif operation == "ADD COLUMN":
        table.alter.add_columns([Field("note", PrimitiveType("string"))])
    elif operation == "CHECKPOINT":
        table.create_checkpoint()
    elif operation == "VACUUM":
        table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    else:
        raise ValueError(f"no operation {operation!r}")
    return DeltaTable(request["path"]).version() > before


answer(write)
