"""PySpark as it is used without a table format that knows what changed: reads all days, computes all insights, writes them.

Arguments: the landing folder, the folder to write to, the schema of the files, a JSON file with [{"name", "sql"}, ...] in
the order of their dependence. Prints the rows of the last one's table.
"""

import json
import pathlib
import sys

from pyspark.sql import SparkSession

landing, target, schema, insights = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.shuffle.partitions", "4")
    .config("spark.log.level", "ERROR")
    .getOrCreate()
)
files = spark.read.schema(schema).option("header", "true").option("recursiveFileLookup", "true").csv(landing)
files.write.mode("overwrite").partitionBy("year", "month", "day").parquet(f"{target}/billing")
spark.read.parquet(f"{target}/billing").createOrReplaceTempView("billing")
rows = 0
for insight in json.loads(pathlib.Path(insights).read_text()):
    path = f"{target}/{insight['name']}"
    spark.sql(insight["sql"]).write.mode("overwrite").parquet(path)
    table = spark.read.parquet(path)
    table.createOrReplaceTempView(insight["name"])
    rows = table.count()
print(rows)
