"""What the readers of this folder share: how a value is written, and how requests come and answers go.

Standard input: [{"path": folder, "version": number or null}, ...]. Standard output: one object for each, in that order.
"""

import datetime
import decimal
import json
import re
import struct
import sys

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)


def canonical(value):
    """The text of a value, or None: decimals with all their digits, timestamps as microseconds, doubles as their bits; a list
    or a struct as JSON of such texts."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return struct.pack(">d", value).hex()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        if value.utcoffset() != datetime.timedelta(0):
            raise ValueError(f"{value!r} is not in UTC")
        return str((value - EPOCH) // MICROSECOND)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (list, dict)):
        return json.dumps(canonical_parts(value), ensure_ascii=False, separators=(",", ":"))
    raise TypeError(f"no canonical text for {value!r}")


def canonical_parts(value):
    if isinstance(value, list):
        return [canonical_parts(part) for part in value]
    if isinstance(value, dict):
        return {name: canonical_parts(part) for name, part in value.items()}
    return canonical(value)


def struct_type(fields):
    """Of (name, type) pairs, as lib/core/nested-type.ts writes it."""
    def name_text(name):
        return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'

    return "struct<" + ",".join(f"{name_text(name)}:{kind}" for name, kind in fields) + ">"


def canonical_rows(rows):
    return sorted(([canonical(value) for value in row] for row in rows), key=json.dumps)


def answer(read):
    """Answers all requests by `read`, which takes one."""
    json.dump([read(request) for request in json.load(sys.stdin)], sys.stdout)
