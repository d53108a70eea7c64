r"""Data and queries of TPC-H and TPC-DS from DuckDB's own generators, and DuckDB's answers to the queries.

The extensions are the signed binaries of extensions.duckdb.org, as Python packages. Standard input is one question:
{"make": suite, "folder": folder} writes the suite's CSV files below the folder and tells its tables and queries;
{"answer": suite, "folder": folder, "state": state, "queries": [[number, sql], ...], "shuffled": bool} tells the rows of each.

A suite has two states. In the second one, one file of each table whose key has several columns was replaced by a shorter
one, one was deleted, and a late one has come. What is nothing is \N in the files, as texts may be empty.
"""

import importlib
import itertools
import json
import pathlib
import sys

import duckdb

SCALE = 0.01
SUITES = {"tpch": f"CALL dbgen(sf = {SCALE})", "tpcds": f"CALL dsdgen(sf = {SCALE}, keys = true)"}
# Of ten rows of a changing table: which are in which file, by state.
FILES = {
    "first": {"a": range(0, 8), "b": [8]},
    "second": {"a": range(1, 8), "late": [9]},
}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def connect(suite, folder):
    connection = duckdb.connect(f"{folder}/{suite}.duckdb", config={"threads": 2})
    package = importlib.import_module(f"duckdb_extension_{suite}")
    extension = next(pathlib.Path(package.__file__).parent.rglob("*.duckdb_extension"))
    connection.execute(f"LOAD '{extension}'")
    return connection


def column(connection, sql):
    return [value for (value,) in connection.execute(sql).fetchall()]


def tables(connection):
    names = column(connection, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY ALL")
    return {name: describe(connection, name) for name in names}


def describe(connection, table):
    rows = connection.execute(
        "SELECT column_name, data_type, NOT is_nullable FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = ? ORDER BY column_index",
        [table],
    ).fetchall()
    columns = [{"name": name, "type": kind, "required": required} for name, kind, required in rows]
    return {"name": table, "columns": columns, "key": key(connection, table, columns)}


def key(connection, table, columns):
    """As the generator declares it, or the first whole numbers that identify the rows."""
    declared = connection.execute(
        "SELECT constraint_column_names FROM duckdb_constraints() WHERE schema_name = 'main' AND constraint_type = 'PRIMARY KEY' AND table_name = ?",
        [table],
    ).fetchone()
    if declared:
        return declared[0]
    numbers = [one["name"] for one in columns if one["required"] and one["type"] in ("BIGINT", "INTEGER")]
    for names in itertools.chain(itertools.combinations(numbers, 1), itertools.combinations(numbers, 2)):
        listed = ", ".join(map(quoted, names))
        if connection.execute(f"SELECT count(*) = count(DISTINCT ({listed})) FROM {quoted(table)}").fetchone()[0]:
            return list(names)
    raise ValueError(f"{table} has no key")


def files_of(table, state):
    return FILES[state] if len(table["key"]) > 1 else {"all": range(0, 10)}


def write_states(connection, table, folder):
    name = quoted(table["name"])
    for state in FILES:
        live = []
        for file, tenths in files_of(table, state).items():
            rows = f"SELECT * FROM {name} WHERE rowid % 10 IN ({', '.join(map(str, tenths))})"
            live.append(rows)
            path = pathlib.Path(folder, state, table["name"], f"{file}.csv")
            path.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"COPY ({rows}) TO '{path}' (HEADER, NULLSTR '\\N')")
        connection.execute(f"CREATE TABLE {state}.{name} AS {' UNION ALL '.join(live)}")


def make(suite, folder):
    connection = connect(suite, folder)
    connection.execute(SUITES[suite])
    found = tables(connection)
    for state in FILES:
        connection.execute(f"CREATE SCHEMA {state}")
    for table in found.values():
        write_states(connection, table, folder)
    queries = connection.execute(f"SELECT query_nr, query FROM {suite}_queries() ORDER BY ALL").fetchall()
    return {"tables": list(found.values()), "queries": [{"number": number, "sql": sql} for number, sql in queries]}


def shuffle(connection, suite, state):
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {state}_shuffled")
    for name in tables(connection):
        shuffled = f"SELECT * FROM {state}.{quoted(name)} ORDER BY hash(rowid + 7)"
        connection.execute(f"CREATE OR REPLACE TABLE {state}_shuffled.{quoted(name)} AS {shuffled}")
    return f"{state}_shuffled"


def answer(suite, folder, state, queries, shuffled):
    connection = connect(suite, folder)
    schema = shuffle(connection, suite, state) if shuffled else state
    connection.execute(f"USE {schema}")
    connection.execute(f"SET threads = {1 if shuffled else 2}")
    found = {}
    for number, sql in queries:
        select = sql.strip().rstrip(";")
        rows = connection.execute(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({select}\n)").fetchall()
        found[number] = sorted(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return found


question = json.load(sys.stdin)
if "make" in question:
    json.dump(make(question["make"], question["folder"]), sys.stdout)
else:
    suite, folder, state = question["answer"], question["folder"], question["state"]
    json.dump(answer(suite, folder, state, question["queries"], question["shuffled"]), sys.stdout)
