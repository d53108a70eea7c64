"""Converts a CSV file to Parquet by Spark: says `ready` when its session is, waits for a line, says how many rows it wrote."""

import sys

from pyspark.sql import SparkSession

source, target, schema = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.memory", "4g")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
print("ready", flush=True)
sys.stdin.readline()
frame = spark.read.csv(source, header=True, schema=schema)
frame.write.mode("overwrite").parquet(target, compression="zstd")
rows = spark.read.parquet(target).count()
print(rows, flush=True)
spark.stop()
