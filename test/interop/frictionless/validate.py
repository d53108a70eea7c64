"""What frictionless finds wrong with files: reads a JSON list of {folder, contract: its text} from standard input and writes a list of
{rows, findings}: the records that it read (null where it did not read all), and findings {line, field, rule, value}. The line is
null where the file as a whole is meant; the rules are named as Sluice names them.
"""

import csv
import io
import json
import re
import sys

from frictionless import Detector, FrictionlessException, Resource, system
from frictionless.formats.csv import parser

# The standard's defaults, which frictionless would guess from the data: https://specs.frictionlessdata.io/csv-dialect/
DIALECT = {"header": True, "delimiter": ",", "quoteChar": '"', "doubleQuote": True, "skipInitialSpace": False}
# Words of Data Package v2, which frictionless 5 refuses.
NEW_CONSTRAINTS = ["exclusiveMinimum", "exclusiveMaximum"]
ROW_RULES = ["missing-cell", "extra-cell", "blank-row"]
RULES = {"unique-error": "unique", "incorrect-label": "missing-label"}


class LineReader:
    """csv.reader that remembers on which physical line each record began: frictionless itself counts records."""

    starts: list = []

    def __init__(self, source, **options):
        self.reader = csv.reader(source, **options)
        LineReader.starts = []

    def __iter__(self):
        return self

    def __next__(self):
        line = self.reader.line_num + 1
        record = next(self.reader)
        LineReader.starts.append(line)
        return record


class CsvModule:
    """The module csv as frictionless's parser sees it."""

    reader = LineReader

    def __getattr__(self, name):
        return getattr(csv, name)


parser.csv = CsvModule()


def adapted(contract):
    resource = json.loads(contract)["resources"][0]
    dialect = {**DIALECT, **resource.get("dialect", {})}
    if dialect["header"]:
        dialect.setdefault("headerRows", [1])
    dialect["headerCase"] = dialect.pop("caseSensitiveHeader", False)
    resource["dialect"] = dialect
    for field in resource["schema"]["fields"]:
        for word in NEW_CONSTRAINTS:
            field.get("constraints", {}).pop(word, None)
    return resource


def rule_of(error):
    if error.type == "constraint-error":
        return re.match(r'constraint "(\w+)"', error.note).group(1)
    if "requires unique labels" in error.note:
        return "duplicate-label"
    return RULES.get(error.type, error.type)


def value_of(error, rule):
    if rule == "blank-row":
        return ",".join(error.cells) if error.cells else None
    return getattr(error, "cell", None)


def finding(error, schema):
    rule = rule_of(error)
    row = getattr(error, "row_number", None)
    line = None if row is None else LineReader.starts[row - 1]
    field = ", ".join(schema.primary_key) if rule == "primary-key" else getattr(error, "field_name", "")
    is_wide = line is None or rule in ROW_RULES
    return {"line": line, "field": "" if is_wide else field, "rule": rule, "value": value_of(error, rule)}


def failure(rule, value):
    return {"rows": None, "findings": [{"line": None, "field": "", "rule": rule, "value": value}]}


def answer(folder, contract):
    descriptor = adapted(contract)
    # By label, in any order, where there are labels.
    detector = Detector(schema_sync=descriptor["dialect"]["header"])
    try:
        resource = Resource.from_descriptor(descriptor, basepath=folder, detector=detector)
        report = resource.validate(limit_errors=1_000_000)
    except FrictionlessException as exception:
        return failure(exception.error.type, exception.error.note)
    except Exception as exception:  # It has no word for its own mistakes, and the other files are to be read.
        return failure("crash", repr(exception))
    task = report.tasks[0]
    findings = [finding(error, resource.schema) for error in task.errors]
    # To it a blank line is a row, if a wrong one.
    blank = sum(f["rule"] == "blank-row" and f["value"] is None for f in findings)
    is_read = all(f["line"] is not None for f in findings) and "rows" in task.stats
    return {"rows": task.stats["rows"] - blank if is_read else None, "findings": findings}


def main():
    system.standards = "v1"
    requests = json.load(io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8"))
    json.dump([answer(request["folder"], request["contract"]) for request in requests], sys.stdout)


main()
