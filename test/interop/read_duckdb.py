"""Reads Delta tables with DuckDB's delta extension (delta-kernel-rs); see canonical.py for what comes in and goes out.

The extension is the signed binary of extensions.duckdb.org, as a Python package; DuckDB checks its signature.
"""

import pathlib

import duckdb
import duckdb_extension_delta
from canonical import answer, canonical_rows, struct_type

TYPES = {"varchar": "string", "bigint": "long", "timestamp with time zone": "timestamp"}

extension = next(pathlib.Path(duckdb_extension_delta.__file__).parent.rglob("delta.duckdb_extension"))
connection = duckdb.connect()
connection.execute(f"LOAD '{extension}'")
connection.execute("SET TimeZone = 'UTC'")


def quoted(text, quote):
    return quote + text.replace(quote, quote * 2) + quote


def delta_type(kind):
    if kind.id == "list":
        return f"array<{delta_type(kind.children[0][1])}>"
    if kind.id == "struct":
        return struct_type((name, delta_type(field)) for name, field in kind.children)
    name = str(kind).lower()
    return TYPES.get(name, name)


def value_sql(value, kind, depth=0):
    """Texts, in lists and structs too; doubles as they are."""
    if kind.id == "list":
        element = f"e{depth}"
        return f"list_transform({value}, lambda {element}: {value_sql(element, kind.children[0][1], depth + 1)})"
    if kind.id == "struct":
        fields = ", ".join(
            f"{quoted(name, chr(39))}: {value_sql(f'struct_extract({value}, {quoted(name, chr(39))})', field, depth)}"
            for name, field in kind.children
        )
        return f"CASE WHEN {value} IS NOT NULL THEN {{{fields}}} END"
    if kind.id == "double":
        return value
    return f"CAST(epoch_us({value}) AS VARCHAR)" if kind.id == "timestamp with time zone" else f"CAST({value} AS VARCHAR)"


def read(request):
    version = "" if request["version"] is None else f", VERSION {request['version']}"
    connection.execute(f"ATTACH {quoted(request['path'], chr(39))} AS t (TYPE delta{version})")
    try:
        table = connection.sql("SELECT * FROM t")
        kinds = list(zip(table.columns, table.types))
        columns = [{"name": name, "type": delta_type(kind)} for name, kind in kinds]
        select = ", ".join(value_sql(quoted(name, '"'), kind) for name, kind in kinds)
        return {"columns": columns, "rows": canonical_rows(connection.execute(f"SELECT {select} FROM t").fetchall())}
    finally:
        connection.execute("DETACH t")


answer(read)
