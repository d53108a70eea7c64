"""Reads Delta tables with Spark and delta-spark; see canonical.py for what comes in and goes out.

Needs Java 17 or 21; the jars come from Maven Central when first needed, into the folder of the virtual environment.
"""

import pathlib
import sys

import pyspark
from canonical import answer, canonical_rows
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, expr
from pyspark.sql.types import DecimalType

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


def value_of(name, kind):
    return expr(f"unix_micros(`{name}`)") if kind == "timestamp" else col(f"`{name}`")


def with_all_digits(value, kind):
    """Small decimals come in engineering notation, which has digits too many."""
    if value is None or not isinstance(kind, DecimalType):
        return value
    return f"{value:.{kind.scale}f}"


def read(request):
    path, version = request["path"], request["version"]
    reader = spark.read.format("delta")
    frame = (reader if version is None else reader.option("versionAsOf", version)).load(path)
    columns = [{"name": name, "type": TYPES.get(kind, kind)} for name, kind in frame.dtypes]
    rows = frame.select([value_of(column["name"], column["type"]) for column in columns]).collect()
    seen = {
        "columns": columns,
        "fileUris": sorted(uri.removeprefix("file:") for uri in frame.inputFiles()),
        "rows": canonical_rows([with_all_digits(value, frame.schema[i].dataType) for i, value in enumerate(row)] for row in rows),
    }
    if request.get("sweep"):
        seen["version"] = spark.sql(f"DESCRIBE HISTORY delta.`{path}` LIMIT 1").first()["version"]
        seen["swept"] = sweepable(path)
    return seen


def sweepable(path):
    """What Spark's own VACUUM would delete."""
    return [row["path"] for row in spark.sql(f"VACUUM delta.`{path}` RETAIN {WEEK_HOURS} HOURS DRY RUN").collect()]


answer(read)
