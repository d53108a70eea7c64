"""Numbers with signs in several forms, and moments since 1970 or with an offset: written at random, some with a slip,
and read again with decimal and datetime by the rules of docs/contracts.md."""
import csv
import io
import unicodedata
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from case import accepted, decimal_text, write_case

SPACES = " \u00a0\u202f\u2009"
SIGNS = "$€£%"
CODES = ["EUR", "USD"]
NEGATIVE = ["(1.00)", "1.00-", "1.00 CR", "−", "Cr 1", "(-) 1"]
POSITIVE = ["1.00 DR", "1+", "[1]"]
# With no other letter another currency may come of it.
SLIPS = "-+()−. ,'5CE$\u00a0\u202f%"
ROWS = 60


def is_blank(char):
    return unicodedata.category(char) == "Zs" or char in "\t\r\n"


def is_mark(char):
    return is_blank(char) or char in SIGNS


def is_digits(text):
    return text != "" and all("0" <= char <= "9" for char in text)


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
        digits += field.get("decimalChar", ".") + "".join(random.choices("0123456789", k=random.choice([1, 2, 2, 2, 3])))
    digits = around(random, field) + digits + around(random, field)
    form = random.choice([None, None, *field.get("negative", []), *field.get("positive", [])])
    if form is None:
        return random.choice(["", "", "-", "+"]) + digits
    prefix, suffix = parts(form)
    blank = random.choice(["", " ", "  ", "\u00a0"])
    text = prefix.replace(" ", blank) + digits + suffix.replace(" ", blank)
    return around(random, field) + text + around(random, field)


def with_slip(random, text, slips):
    at = random.randrange(len(text))
    return text[:at] + random.choice(["", random.choice(slips)]) + text[at + random.randrange(2) :]


EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
PLACES = {"epoch": 6, "epoch-ms": 3, "epoch-us": 0}
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999


def moment_text(text, kind):
    """Microseconds since 1970; None if it is no moment of the years 1 to 9999."""
    if kind == "any":
        return offset_text(text)
    whole, point, fraction = text.removeprefix("-").partition(".")
    # Its microseconds have at most 18 digits.
    if not is_digits(whole) or len(whole) + PLACES[kind] > 18 or (point and not is_digits(fraction)):
        return None
    micros = Decimal(text).scaleb(PLACES[kind])
    if micros != int(micros):
        return None
    try:
        moment = EPOCH + timedelta(microseconds=int(micros))
    except OverflowError:
        return None
    return str((moment - EPOCH) // timedelta(microseconds=1))


def offset_text(text):
    day, time = text[:10], text[11:]
    is_end = time[:5] == "24:00"
    try:
        moment = datetime.fromisoformat(f"{day}T{'00:00' + time[5:] if is_end else time}")
        moment += timedelta(days=is_end)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        micros = (moment - EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None
    return str(micros) if FIRST <= micros <= LAST else None


def moment_written(random, kind):
    if kind == "any":
        return any_written(random)
    edge = random.choice([0, FIRST, LAST, random.randrange(FIRST, LAST), random.randrange(0, 2 * 10**15)])
    micros = edge + random.choice([0, 0, -1, 1, 10**6, random.randrange(-(10**9), 10**9)])
    text = format(Decimal(micros).scaleb(-PLACES[kind]), "f")
    if "." in text and random.random() < 0.7:
        text = text.rstrip("0").rstrip(".")
    return text + random.choice(["", "", "000"] if "." in text else [""])


def any_written(random):
    day = f"{random.choice([1, 1969, 2024, 2023, 9999]):04}-{random.randrange(1, 13):02}-{random.randrange(1, 32):02}"
    time = random.choice(["24:00", "24:00:00", f"{random.randrange(24):02}:{random.randrange(60):02}"])
    if not time.startswith("24") and random.random() < 0.6:
        time += f":{random.randrange(61):02}" + random.choice(["", ".5", f".{random.randrange(10**6):06}"])
    return day + random.choice("T ") + time + random.choice(["", "Z", "+02", "-0530", "+14:00", "-23:59", "+24"])


def rows_written(random, fields, write, text_of, slips):
    rows, found, refused = [], [], 0
    for i in range(ROWS):
        cells = [write(field) for field in fields]
        if random.random() < 0.4:
            at = random.randrange(len(cells))
            if slips(fields[at]):
                cells[at] = with_slip(random, cells[at], slips(fields[at]))
        rows.append([str(i), *cells])
        texts = [text_of(cell, field) if cell else None for cell, field in zip(cells, fields)]
        is_whole = all(text is not None or cell == "" for text, cell in zip(texts, cells))
        refused += not is_whole
        found += [[str(i), *texts]] if is_whole else []
    return rows, accepted(found, refused)


def as_csv(fields, rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["id", *(field["name"] for field in fields)], *rows])
    return out.getvalue().encode()


ID = {"name": "id", "type": "integer"}


def number_cases(random, folder, count):
    for i in range(count):
        fields = [number_field(random, name) for name in "ab"]
        rows, expected = rows_written(random, fields, lambda f: number_written(random, f), number_text, lambda _: SLIPS)
        case = write_case(folder, f"numbers-{i}", "data.csv", as_csv(fields, rows), {}, [ID, *fields])
        yield {**case, "expected": expected}


def moment_cases(random, folder, count):
    """Every second one in JSON, where a moment may be a number."""
    kinds = ["epoch", "epoch-ms", "epoch-us", "any"]
    fields = [{"name": kind.replace("-", "_"), "type": "datetime", "format": kind} for kind in kinds]
    for i in range(count):
        rows, expected = rows_written(
            random,
            fields,
            lambda f: moment_written(random, f["format"]),
            lambda text, f: moment_text(text, f["format"]),
            # In JSON a slip would break the file; fromisoformat takes far more texts than "any".
            lambda f: "" if i % 2 or f["format"] == "any" else "-+.e05 ",
        )
        form = "json" if i % 2 else "csv"
        data = as_json(random, fields, rows) if i % 2 else as_csv(fields, rows)
        case = write_case(folder, f"moments-{i}", f"data.{form}", data, {}, [ID, *fields])
        yield {**case, "expected": expected}


def as_json(random, fields, rows):
    def member(field, cell):
        is_text = field["format"] == "any" or random.random() < 0.3
        return f'"{field["name"]}": ' + (f'"{cell}"' if is_text else cell)

    records = [
        f'{{"id": {i}, ' + ", ".join(member(field, cell) for field, cell in zip(fields, cells)) + "}"
        for i, *cells in rows
    ]
    return f"[{','.join(records)}]".encode()
