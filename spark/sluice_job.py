"""Runs the tasks of a Sluice job on Spark. It moves lines of text, and knows nothing of what they say.

spark-submit sluice_job.py COMMAND NAME
COMMAND: a JSON list of the words that start a task's process on a worker. NAME: of the job, for people.
"""

import json
import subprocess
import sys

from pyspark import SparkConf, SparkContext

MAX_ERROR = 2000


def piped(words):
    """Partitions through a process of their own: its lines out, or its last words as an error."""

    def through(lines):
        given = "".join(line + "\n" for line in lines)
        done = subprocess.run(words, input=given, capture_output=True, text=True, encoding="utf-8")
        if done.returncode != 0:
            raise RuntimeError(done.stderr[-MAX_ERROR:])
        return done.stdout.splitlines()

    return through


def main():
    words, name = json.loads(sys.argv[1]), sys.argv[2]
    spark = SparkContext(conf=SparkConf().setAppName(f"Sluice {name}"))

    def run(lines):
        return spark.parallelize(lines, len(lines)).mapPartitions(piped(words)).collect()

    tasks = run(["next"])
    while tasks:
        run(tasks)
        tasks = run(["next"])
    spark.stop()


main()
