"""Reads Delta tables with delta-rs; see canonical.py for what comes in and goes out.

Every table is read twice, by pyarrow and by DataFusion, and its files' statistics are held against their rows.
"""

import urllib.parse

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from canonical import answer, canonical_rows, struct_type
from deltalake import DeltaTable, QueryBuilder
from deltalake.schema import ArrayType, StructType

WEEK_HOURS = 7 * 24


def sorted_rows(table, names):
    return canonical_rows(zip(*(table.column(name).to_pylist() for name in names)))


def read_by_datafusion(table):
    return pa.table(QueryBuilder().register("t", table).execute("SELECT * FROM t").read_all())


def type_text(kind):
    if isinstance(kind, ArrayType):
        return f"array<{type_text(kind.element_type)}>"
    if isinstance(kind, StructType):
        return struct_type((field.name, type_text(field.type)) for field in kind.fields)
    return kind.type


def wrong_statistics(table):
    """Statistics that do not hold for the rows of their file. A reader that trusts them would skip rows."""
    problems = []
    for action in pa.table(table.get_add_actions(flatten=True)).to_pylist():
        matches = [uri for uri in table.file_uris() if uri.endswith("/" + urllib.parse.unquote(action["path"]))]
        if len(matches) != 1:
            problems.append(f"{action['path']}: {len(matches)} of file_uris end so")
            continue
        rows = pq.ParquetFile(matches[0]).read()
        if action["num_records"] != rows.num_rows:
            problems.append(f"{action['path']}: numRecords {action['num_records']}, but it has {rows.num_rows} rows")
        for name in rows.column_names:
            problems += [f"{action['path']}: {problem}" for problem in wrong_column(rows.column(name), name, action)]
    return problems


def wrong_column(column, name, action):
    nulls = action.get(f"null_count.{name}")
    if nulls is not None and nulls != column.null_count:
        yield f"nullCount of {name} is {nulls}, but there are {column.null_count}"
    least, most = action.get(f"min.{name}"), action.get(f"max.{name}")
    present = column.drop_null()
    if len(present) == 0 or (least is None and most is None):
        return
    extremes = pc.min_max(present).as_py()
    if least is not None and least > extremes["min"]:
        yield f"min of {name} is {least!r}, but there is {extremes['min']!r}"
    if most is not None and most < extremes["max"]:
        yield f"max of {name} is {most!r}, but there is {extremes['max']!r}"


def wrong_filters(table, rows):
    """Whether lists and structs without a value are found, which wrong statistics would hide."""
    for field in table.schema().fields:
        if not isinstance(field.type, (ArrayType, StructType)):
            continue
        nulls = rows.column(field.name).null_count
        wanted = (nulls, rows.num_rows - nulls)
        column = ds.field(field.name)
        dataset = table.to_pyarrow_dataset()
        name = '"' + field.name.replace('"', '""') + '"'
        found = {
            "pyarrow": (dataset.count_rows(filter=column.is_null()), dataset.count_rows(filter=column.is_valid())),
            "DataFusion": tuple(count_by_datafusion(table, f"{name} IS {word}NULL") for word in ("", "NOT ")),
        }
        yield from (f"{field.name}: {engine} finds {seen} rows without and with a value, not {wanted}"
                    for engine, seen in found.items() if seen != wanted)


def count_by_datafusion(table, condition):
    answer = QueryBuilder().register("t", table).execute(f"SELECT count(*) AS n FROM t WHERE {condition}").read_all()
    return pa.table(answer).column("n").to_pylist()[0]


def read(request):
    table = DeltaTable(request["path"], version=request["version"])
    names = [field.name for field in table.schema().fields]
    rows = table.to_pyarrow_table()
    by_pyarrow = sorted_rows(rows, names)
    by_datafusion = sorted_rows(read_by_datafusion(table), names)
    problems = [*wrong_statistics(table), *wrong_filters(table, rows)]
    if by_pyarrow != by_datafusion:
        problems.append("pyarrow and DataFusion read different rows")
    return {
        "version": table.version(),
        "columns": [{"name": f.name, "type": type_text(f.type)} for f in table.schema().fields],
        "partitionColumns": table.metadata().partition_columns,
        "fileUris": sorted(table.file_uris()),
        "rows": by_pyarrow,
        "problems": problems,
        # What delta-rs's own vacuum would delete.
        "swept": table.vacuum(retention_hours=WEEK_HOURS, dry_run=True) if request.get("sweep") else None,
    }


answer(read)
