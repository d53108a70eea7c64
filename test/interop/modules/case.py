"""A case: a file, its contract, and what Python makes of it. Expected are texts: decimals with all digits, moments
as microseconds since 1970."""
import json
import os

FIELDS = [
    {"name": "id", "type": "integer"},
    {"name": "text", "type": "string"},
    {"name": "amount", "type": "number", "precision": 12, "scale": 2},
]


def write_case(folder, name, file, data, resource, fields=FIELDS):
    """The folder of the case, with the file under the given name and its contract."""
    path = os.path.join(folder, name)
    os.makedirs(path)
    with open(os.path.join(path, file), "wb") as out:
        out.write(data)
    resource = {"name": "data", "path": file, "schema": {"fields": fields}, **resource}
    contract = json.dumps({"name": "case", "resources": [resource]})
    return {"name": name, "folder": path, "contract": contract}


# The file as a whole is refused.
REJECTED = {"rows": None, "refused": 0, "members": None}


def accepted(rows, refused=0, members=None):
    """`refused`: how many records are none; a file of no others is rejected. `members`: how many records each file of an
    archive has, by its name."""
    return REJECTED if refused and not rows else {"rows": rows, "refused": refused, "members": members}


def decimal_text(value, scale):
    """None where the value would lose digits, or has more than twelve."""
    if value is None or abs(value) >= 10 ** (12 - scale):
        return None
    rounded = round(value, scale)
    if rounded != value:
        return None
    return format(abs(rounded) if rounded == 0 else rounded, "f")
