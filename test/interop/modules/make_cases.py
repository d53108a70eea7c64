"""Reads {seed, folder, counts: {kind: number}} and writes {kind: [case, ...]}, each with what Python makes of it."""
import json
import random
import sys
from functools import partial

from documents import json_cases
from moments import moment_cases
from packed import packed_cases
from sheets import sheet_cases
from signed_numbers import number_cases

KINDS = {
    "zip": partial(packed_cases, packing="zip"),
    "gzip": partial(packed_cases, packing="gzip"),
    "bzip2": partial(packed_cases, packing="bzip2"),
    "moments": moment_cases,
    "numbers": number_cases,
    "json": json_cases,
    "sheets": sheet_cases,
}

request = json.load(sys.stdin)
# Of a seed each kind's own: a case more of one changes no other.
json.dump(
    {
        kind: list(KINDS[kind](random.Random(f"{request['seed']} {kind}"), request["folder"], count=count))
        for kind, count in request["counts"].items()
    },
    sys.stdout,
)
