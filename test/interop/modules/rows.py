"""Rows of texts written at random, some with a slip, and which of them Python reads."""
import csv
import io

from case import accepted

ID = {"name": "id", "type": "integer"}
ROWS = 60


def is_digits(text):
    return text != "" and all("0" <= char <= "9" for char in text)


def with_slip(random, text, slips):
    at = random.randrange(len(text))
    return text[:at] + random.choice(["", random.choice(slips)]) + text[at + random.randrange(2) :]


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
