"""Numbers with signs in several forms, at random, and read again with decimal by the rules of docs/contracts.md."""
import unicodedata
from decimal import Decimal

from case import decimal_text, write_case
from rows import ID, as_csv, is_digits, rows_written

SPACES = " \u00a0\u202f\u2009"
SIGNS = "$€£%"
CODES = ["EUR", "USD"]
NEGATIVE = ["(1.00)", "1.00-", "1.00 CR", "−", "Cr 1", "(-) 1"]
POSITIVE = ["1.00 DR", "1+", "[1]"]
# With no other letter another currency may come of it.
SLIPS = "-+()−. ,'5CE$\u00a0\u202f%"


def is_blank(char):
    return unicodedata.category(char) == "Zs" or char in "\t\r\n"


def is_mark(char):
    return is_blank(char) or char in SIGNS


def grouped(text, chars):
    """The digits of a number's whole part; None if the groups are wrong."""
    groups = "".join("|" if char in chars else char for char in text).split("|") if chars else [text]
    if not all(is_digits(group) for group in groups):
        return None
    if len(groups) == 1:
        return text
    first, *middle, last = (len(group) for group in groups)
    is_right = first <= 3 and last == 3 and all(size in (2, 3) for size in middle)
    return "".join(groups) if is_right else None


def plain(text, field, with_sign):
    """A number without anything around it."""
    sign = text[0] if with_sign and text[:1] in ("+", "-") else ""
    text = text[len(sign) :]
    power = ""
    if field["type"] == "number" and "e" in text.lower():
        text, _, power = text.lower().partition("e")
        if not is_digits(power[1:] if power[:1] in ("+", "-") else power) or text == "":
            return None
    whole, point, fraction = text.partition(field.get("decimalChar", "."))
    if (point and field["type"] == "integer") or (fraction and not is_digits(fraction)):
        return None
    group = field.get("groupChar", "")
    digits = grouped(whole, SPACES if group == " " else group) if whole else ("0" if fraction else None)
    if digits is None:
        return None
    return Decimal(f"{sign}{digits}.{fraction or 0}e{power or 0}")


def without_around(text, left, right):
    """Without what may stand around a number, on these sides."""
    for is_left in [True] * left + [False] * right:
        for part in ("marks", "code", "marks"):
            if part == "code":
                code = next((c for c in CODES if (text.startswith if is_left else text.endswith)(c)), "")
                text = text[len(code) :] if is_left else text[: len(text) - len(code)]
            while part == "marks" and text and is_mark(text[0 if is_left else -1]):
                text = text[1:] if is_left else text[:-1]
    return text


def read_bare(text, field, with_sign, left=True, right=True):
    if field.get("bareNumber", True):
        return plain(text, field, with_sign)
    inner = without_around(text, left, right)
    # A point is a decimal point only if nothing is before it.
    if inner.startswith(field.get("decimalChar", ".")) and not text.startswith(inner):
        return None
    return plain(inner, field, with_sign)


def parts(form):
    for one in ("1.00", "1,00", "1"):
        if one in form:
            return form.split(one)
    return [form, ""]


def without_start(text, start):
    """None if it does not begin so; a blank in `start` is any blanks or none."""
    for char in start:
        if is_blank(char):
            text = text.lstrip("".join(c for c in set(text) if is_blank(c)) or " ")
        elif text[:1] == char:
            text = text[1:]
        else:
            return None
    return text


def is_sign(char):
    return char in ("+", "−") or (char != "" and unicodedata.category(char) == "Pd")


def read_form(text, form, field):
    prefix, suffix = parts(form)
    if not field.get("bareNumber", True):
        text = without_around(text, True, True)
    inner = without_start(text, prefix)
    inner = inner and without_start(inner[::-1], suffix[::-1])
    if not inner:
        return None
    left, right = not is_sign(prefix.rstrip()[-1:]), not is_sign(suffix.lstrip()[:1])
    return read_bare(inner[::-1], field, False, left and prefix != "", right and suffix != "")


def read_number(text, field):
    for sign, forms in ((-1, field.get("negative", [])), (1, field.get("positive", []))):
        for form in forms:
            value = read_form(text, form, field)
            if value is not None:
                return sign * value
    return read_bare(text, field, True)


def number_text(text, field):
    value = read_number(text, field)
    if field["type"] == "number":
        return decimal_text(value, field["scale"])
    return None if value is None or not -(2**63) <= value < 2**63 else str(int(value))


def number_field(random, name):
    kind = random.choice([{"type": "number", "precision": 12, "scale": 2}] * 2 + [{"type": "integer"}])
    field = {"name": name, **kind}
    if kind["type"] == "number" and random.random() < 0.4:
        field["decimalChar"] = ","
    point = field.get("decimalChar", ".")
    group = random.choice(["", " ", "'", "." if point == "," else ","])
    if group:
        field["groupChar"] = group
    if random.random() < 0.4:
        field["bareNumber"] = False
    for word, forms in (("negative", NEGATIVE), ("positive", POSITIVE)):
        chosen = random.sample(forms, random.randrange(len(forms) + 1))
        if chosen:
            field[word] = [form.replace("1.00", f"1{point}00") for form in chosen]
    return field


def around(random, field):
    if field.get("bareNumber", True) or random.random() < 0.5:
        return ""
    return random.choice(["$", "€ ", " ", "EUR ", "\u00a0", "%", "USD\u202f", "£EUR"])


def number_written(random, field):
    digits = str(random.randrange(10 ** random.randrange(1, 9)))
    group = field.get("groupChar", "")
    if group and random.random() < 0.7:
        size = random.choice([3, 3, 2])
        tail, head = digits[-3:], digits[:-3][::-1]
        groups = [tail, *(head[i : i + size][::-1] for i in range(0, len(head), size))]
        digits = (random.choice(SPACES) if group == " " else group).join(reversed(groups))
    if field["type"] == "number" and random.random() < 0.8:
        places = random.choice([1, 2, 2, 2, 3])
        digits += field.get("decimalChar", ".") + "".join(random.choices("0123456789", k=places))
    digits = around(random, field) + digits + around(random, field)
    form = random.choice([None, None, *field.get("negative", []), *field.get("positive", [])])
    if form is None:
        return random.choice(["", "", "-", "+"]) + digits
    prefix, suffix = parts(form)
    blank = random.choice(["", " ", "  ", "\u00a0"])
    text = prefix.replace(" ", blank) + digits + suffix.replace(" ", blank)
    return around(random, field) + text + around(random, field)


def number_cases(random, folder, count):
    for i in range(count):
        fields = [number_field(random, name) for name in "ab"]
        rows, expected = rows_written(random, fields, lambda f: number_written(random, f), number_text, lambda _: SLIPS)
        case = write_case(folder, f"numbers-{i}", "data.csv", as_csv(fields, rows), {}, [ID, *fields])
        yield {**case, "expected": expected}
