"""Reads Delta tables with Spark and delta-spark; see canonical.py for what comes in and goes out.

Needs Java 17 or 21; the jars come from Maven Central when first needed, into the folder of the virtual environment.
"""

import pathlib
import sys

import pyspark
from canonical import answer, canonical_rows, struct_type
from pyspark.sql import SparkSession
from pyspark.sql.functions import expr
from pyspark.sql.types import ArrayType, DecimalType, StructType, TimestampType

DELTA = "io.delta:delta-spark_4.1_2.13:4.1.0"
# The one that it is compiled against: later patches have other internals.
SPARK = "4.1.0"
TYPES = {"bigint": "long", "int": "integer"}
WEEK_HOURS = 7 * 24

if pyspark.__version__ != SPARK:
    raise SystemExit(f"{DELTA} is made for Spark {SPARK}, and pyspark is {pyspark.__version__}: change both together")

settings = {
    "spark.jars.packages": DELTA,
    "spark.jars.ivy": str(pathlib.Path(sys.prefix) / "ivy"),
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    # For tables of a few rows: one task a step. (The last is how many tasks VACUUM lists folders by; usually 10,000.)
    "spark.sql.shuffle.partitions": "1",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "1",
    # Compiling costs more than it gains on them, be it Java's or Spark's own.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
builder = SparkSession.builder.master("local[2]")
for name, value in settings.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()


def type_text(kind):
    if isinstance(kind, ArrayType):
        return f"array<{type_text(kind.elementType)}>"
    if isinstance(kind, StructType):
        return struct_type((field.name, type_text(field.dataType)) for field in kind.fields)
    return TYPES.get(kind.simpleString(), kind.simpleString())


def value_sql(value, kind, depth=0):
    """Timestamps as microseconds, in lists and structs too."""
    if isinstance(kind, ArrayType):
        return f"transform({value}, e{depth} -> {value_sql(f'e{depth}', kind.elementType, depth + 1)})"
    if isinstance(kind, StructType):
        fields = ", ".join(f"{quoted(f.name)}, {value_sql(f'{value}.`{f.name}`', f.dataType, depth)}" for f in kind.fields)
        return f"if({value} is null, null, named_struct({fields}))"
    return f"unix_micros({value})" if isinstance(kind, TimestampType) else value


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def plain(value, kind):
    """Rows as dictionaries. Small decimals come in engineering notation, which has digits too many."""
    if value is None:
        return None
    if isinstance(kind, ArrayType):
        return [plain(part, kind.elementType) for part in value]
    if isinstance(kind, StructType):
        return {field.name: plain(part, field.dataType) for field, part in zip(kind.fields, value)}
    return f"{value:.{kind.scale}f}" if isinstance(kind, DecimalType) else value


def read(request):
    path, version = request["path"], request["version"]
    reader = spark.read.format("delta")
    frame = (reader if version is None else reader.option("versionAsOf", version)).load(path)
    fields = frame.schema.fields
    columns = [{"name": field.name, "type": type_text(field.dataType)} for field in fields]
    values = frame.select([expr(value_sql(f"`{field.name}`", field.dataType)).alias(field.name) for field in fields])
    kinds = [field.dataType for field in values.schema.fields]
    seen = {
        "columns": columns,
        "fileUris": sorted(uri.removeprefix("file:") for uri in frame.inputFiles()),
        "rows": canonical_rows([plain(value, kind) for value, kind in zip(row, kinds)] for row in values.collect()),
    }
    if request.get("sweep"):
        seen["version"] = spark.sql(f"DESCRIBE HISTORY delta.`{path}` LIMIT 1").first()["version"]
        seen["swept"] = sweepable(path)
    return seen


def sweepable(path):
    """What Spark's own VACUUM would delete."""
    return [row["path"] for row in spark.sql(f"VACUUM delta.`{path}` RETAIN {WEEK_HOURS} HOURS DRY RUN").collect()]


answer(read)
