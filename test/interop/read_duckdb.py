"""Reads Delta tables with DuckDB's delta extension (delta-kernel-rs); see canonical.py for what comes in and goes out.

The extension is the signed binary of extensions.duckdb.org, as a Python package; DuckDB checks its signature.
"""

import pathlib

import duckdb
import duckdb_extension_delta
from canonical import answer, canonical_rows

TYPES = {"VARCHAR": "string", "BIGINT": "long", "INTEGER": "integer", "BOOLEAN": "boolean", "DOUBLE": "double",
         "DATE": "date", "TIMESTAMP WITH TIME ZONE": "timestamp"}

extension = next(pathlib.Path(duckdb_extension_delta.__file__).parent.rglob("delta.duckdb_extension"))
connection = duckdb.connect()
connection.execute(f"LOAD '{extension}'")
connection.execute("SET TimeZone = 'UTC'")


def quoted(text, quote):
    return quote + text.replace(quote, quote * 2) + quote


def delta_type(name):
    return TYPES.get(name) or name.lower()


def value_sql(name, kind):
    column = quoted(name, '"')
    if kind == "double":
        return column
    return f"CAST(epoch_us({column}) AS VARCHAR)" if kind == "timestamp" else f"CAST({column} AS VARCHAR)"


def read(request):
    version = "" if request["version"] is None else f", VERSION {request['version']}"
    connection.execute(f"ATTACH {quoted(request['path'], chr(39))} AS t (TYPE delta{version})")
    try:
        columns = [
            {"name": name, "type": delta_type(kind)}
            for name, kind, *_ in connection.execute("DESCRIBE SELECT * FROM t").fetchall()
        ]
        select = ", ".join(value_sql(column["name"], column["type"]) for column in columns)
        return {"columns": columns, "rows": canonical_rows(connection.execute(f"SELECT {select} FROM t").fetchall())}
    finally:
        connection.execute("DETACH t")


answer(read)
