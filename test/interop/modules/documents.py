"""JSON documents whose records stand within other members, as objects or arrays: read by the module json, and by
frictionless where it has the word."""
import json
from decimal import Decimal

from case import FIELDS, accepted, decimal_text, write_case
from frictionless import Dialect
from frictionless.formats import JsonControl
from frictionless.resources import TableResource

LABELS = [field["name"] for field in FIELDS]
TEXTS = ["Bonn", "", "]}", '{"data": [', "Zürich", "日本", "🦊", 'a"b\\', "\n", "/", "\u0007", "rows"]
NAMES = ["data", "rows", "result", "Ergebnis", "d-1", "x y", 'q"\\', ""]
OTHERS = [None, True, 17, "data", [], {}, [[1, "no", 2]], {"rows": [{"id": 9}]}, {"data": [1, "}]"]}]


def record(random, i, kind):
    row = [i, random.choice(TEXTS), random.choice([None, random.randrange(-(10**6), 10**6) / 100])]
    if kind == "object":
        members = [*zip(LABELS, row), ("other", random.choice(OTHERS))]
        return dict(random.sample(members, len(members)))
    slip = random.random()
    return row[:2] if slip < 0.05 else [*row, "more"] if slip < 0.1 else row


def wrapped(random, records, path):
    """The records below members of these names, among others."""
    document = records
    for name in reversed(path):
        others = [other for other in random.sample(NAMES, random.randrange(4)) if other != name]
        members = [(name, document), *((other, random.choice(OTHERS)) for other in others)]
        document = dict(random.sample(members, len(members)))
    return document


def row_text(i, text, amount):
    return [str(i), text or None, None if amount is None else decimal_text(Decimal(amount), 2)]


def expected(data, path, kind, keys):
    records = json.loads(data, parse_float=Decimal)
    for name in path:
        records = records[name]
    if kind == "object":
        rows = [[one[label] for label in LABELS] for one in records]
    else:
        labels, *rows = [keys, *records] if keys else records
        rows = [dict(zip(labels, row)) for row in rows if len(row) == len(labels)]
        rows = [[row[label] for label in LABELS] for row in rows]
    refused = len(records) - len(rows) - (kind == "array" and not keys)
    return accepted([row_text(*row) for row in rows], refused)


def require_same(case, path, rows):
    """Frictionless reads the same records."""
    control = JsonControl(property=".".join(path)) if path else JsonControl()
    dialect = Dialect(controls=[control])
    with TableResource(path="data.json", basepath=case["folder"], dialect=dialect) as resource:
        labels, *cells = resource.cell_stream
    found = [dict(zip(labels, row)) for row in cells]
    read = [row_text(row["id"], row["text"], row["amount"]) for row in found]
    if read != rows:
        raise AssertionError(f"{case['name']}: frictionless reads {read}, and json {rows}")


def json_cases(random, folder, count):
    for i in range(count):
        path = random.sample([name for name in NAMES if name], random.randrange(4))
        kind = random.choice(["object", "array", "array"])
        records = [record(random, row, kind) for row in range(random.randrange(1, 20))]
        keys = random.sample(LABELS, 3) if kind == "array" else None
        if kind == "array":
            order = [LABELS.index(key) for key in keys]
            records = [[row[at] for at in order] + row[3:] if len(row) > 2 else row for row in records]
        has_keys = kind == "array" and random.random() < 0.5
        if kind == "array" and not has_keys:
            records = [keys, *records]
        dialect = {"itemType": kind} if kind == "array" or random.random() < 0.5 else {}
        dialect |= {"itemKeys": keys} if has_keys else {}
        dialect |= {"property": ".".join(path)} if path else {}
        indent, ascii_only = random.choice([None, 1]), random.random() < 0.5
        data = json.dumps(wrapped(random, records, path), indent=indent, ensure_ascii=ascii_only).encode()
        case = write_case(folder, f"json-{i}", "data.json", data, {"dialect": dialect} if dialect else {})
        answer = expected(data, path, kind, keys if has_keys else None)
        if not has_keys and answer["refused"] == 0:
            require_same(case, path, answer["rows"])
        yield {**case, "expected": answer}
