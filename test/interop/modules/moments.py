"""Moments since 1970 or with an offset, at random, and read again with datetime by the rules of docs/contracts.md."""
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from case import write_case
from rows import ID, as_csv, is_digits, rows_written

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
