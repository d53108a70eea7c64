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
    """A partition's lines through a process of its own: the lines that it prints, or its last words as an error."""

    def through(lines):
        given = "".join(line + "\n" for line in lines).encode()
        done = subprocess.run(words, input=given, capture_output=True)
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace")[-MAX_ERROR:].strip()
            raise RuntimeError(said or f"{words[0]} ended with {done.returncode}")
        return [line for line in done.stdout.decode().split("\n") if line]

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
