"""Runs the tasks of a Sluice job on Spark. It moves lines of text, and knows nothing of what they say.

spark-submit sluice_job.py COMMAND NAME
COMMAND: a JSON list of the words that start a process which does tasks on a worker. NAME: of the job, for people.
"""

import json
import subprocess
import sys
import tempfile

from pyspark import SparkConf, SparkContext

MAX_ERROR = 2000


def kept(words):
    """The process that does this worker's tasks, from one to the next: starting it costs a second. Spark sends this function along
    with each task and keeps no variable of it, but the modules of its Python stay."""
    doing = getattr(subprocess, "sluice", None)
    if doing is None or doing[0].poll() is not None:
        errors = tempfile.TemporaryFile()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": errors}
        doing = subprocess.sluice = (subprocess.Popen(words, **pipes), errors)
    return doing


def said(words, line):
    """The lines that answer a line: until an empty one, or the process's last words as an error."""
    process, errors = kept(words)
    try:
        process.stdin.write((line + "\n").encode())
        process.stdin.flush()
        answers = []
        for answer in process.stdout:
            if answer == b"\n":
                return answers
            answers.append(answer.decode()[:-1])
    except BrokenPipeError:
        pass
    except BaseException:
        # An answer that nobody waits for would be taken for that to the next line.
        process.kill()
        raise
    process.wait()
    errors.seek(0)
    last = errors.read().decode(errors="replace")[-MAX_ERROR:].strip()
    raise RuntimeError(last or f"{words[0]} ended with {process.returncode}")


def main():
    words, name = json.loads(sys.argv[1]), sys.argv[2]
    spark = SparkContext(conf=SparkConf().setAppName(f"Sluice {name}"))

    def run(lines):
        return spark.parallelize(lines, len(lines)).flatMap(lambda line: said(words, line)).collect()

    tasks = run(["next"])
    while tasks:
        run(tasks)
        tasks = run(["next"])
    spark.stop()


main()
