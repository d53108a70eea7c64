"""Excel workbooks, written by openpyxl and by hand in the other ways that SpreadsheetML has; what openpyxl reads of them."""
import datetime
import io
import zipfile
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

import openpyxl
from case import FIELDS, REJECTED, accepted, decimal_text, write_case
from openpyxl.utils import get_column_letter

ALL_FIELDS = [
    *FIELDS,
    {"name": "day", "type": "date"},
    {"name": "at", "type": "datetime"},
    {"name": "ok", "type": "boolean"},
]
LABELS = [field["name"] for field in ALL_FIELDS]
TEXTS = ["Bonn", " x ", "a,b", 'say "hi"', "zwei\nZeilen", "ÄÖÜ", "日本", "🦊", "<a>&amp;", "=1+1", "#N/A", "x" * 400, "'q"]
DAY_CODES = ["yyyy-mm-dd", "dd.mm.yyyy;@", '[$-407]d. mmmm yyyy', "m/d/yy"]
MOMENT_CODES = ["yyyy-mm-dd hh:mm:ss", "d/m/yy h:mm AM/PM", '[Red]yyyy"-"mm"-"dd\\ hh:mm:ss.000']
EPOCHS = {False: datetime.datetime(1899, 12, 30), True: datetime.datetime(1904, 1, 1)}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def values_of(random, i):
    """A value of each field, sometimes none, sometimes one that does not fit."""
    day = datetime.date(1905, 1, 1) + datetime.timedelta(days=random.randrange(70_000))
    moment = datetime.datetime(1905, 1, 1) + datetime.timedelta(milliseconds=random.randrange(2 * 10**12))
    amount = Decimal(random.randrange(-(10**6), 10**6)).scaleb(-2)
    row = [i, random.choice(TEXTS), amount, day, moment, random.random() < 0.5]
    if random.random() < 0.3:
        row[random.randrange(1, 6)] = None
    if random.random() < 0.1:
        slips = [(0, Decimal("1.5")), (2, Decimal("0.125")), (2, "n/a"), (3, 17), (3, "2024-02-30"), (4, True), (5, "maybe")]
        at, value = random.choice(slips)
        row[at] = value
    return row


def by_openpyxl(random, sheets, is_mac):
    book = openpyxl.Workbook(write_only=random.random() < 0.3)
    if is_mac:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for name in list(book.sheetnames):
        del book[name]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for _, row in rows:
            # Its formulas have no values.
            sheet.append([f"'{value}" if str(value).startswith("=") else value for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class ByHand:
    """Shared and inline texts, runs, formulas with their values, gaps, references or none, styles built in or not."""

    def __init__(self, random, is_mac):
        self.random = random
        self.is_mac = is_mac
        self.shared = []
        self.days = [14, *range(164, 164 + len(DAY_CODES))]
        self.moments = [22, *range(170, 170 + len(MOMENT_CODES))]
        self.styles = [0, *self.days, *self.moments]

    def cell(self, value, reference):
        random = self.random
        formula = random.choice(["", "", "<f>A1&amp;B1</f>"])
        if isinstance(value, bool):
            kind, style, inner = "b", 0, f"{formula}<v>{int(value)}</v>"
        elif isinstance(value, (int, Decimal)):
            text = random.choice([str, lambda n: f"{n:E}"])(value) if isinstance(value, Decimal) else str(value)
            kind, style, inner = random.choice(["n", None]), 0, f"{formula}<v>{text}</v>"
        elif isinstance(value, (datetime.datetime, datetime.date)):
            is_moment = isinstance(value, datetime.datetime)
            moment = value if is_moment else datetime.datetime(value.year, value.month, value.day)
            days = (moment - EPOCHS[self.is_mac]) / datetime.timedelta(days=1)
            style = random.choice(self.moments if is_moment else self.days)
            kind, inner = random.choice(["n", None]), f"{formula}<v>{days!r}</v>"
        else:
            kind, style, inner = self.text(value, formula)
        attributes = [("r", reference), ("s", self.styles.index(style) if style else None), ("t", kind)]
        return f"<c{''.join(f' {name}={quoteattr(str(v))}' for name, v in attributes if v is not None)}>{inner}</c>"

    def text(self, value, formula):
        if formula:
            return "str", 0, f"{formula}<v>{escape(value)}</v>"
        plain = f'<t xml:space="preserve">{escape(value)}</t>'
        cut = self.random.randrange(len(value) + 1)
        runs = "".join(f'<r><rPr><b/></rPr><t xml:space="preserve">{escape(part)}</t></r>' for part in (value[:cut], value[cut:]))
        item = self.random.choice([plain, runs])
        if self.random.random() < 0.4:
            return "inlineStr", 0, f"<is>{item}</is>"
        self.shared.append(f'<si>{item}<phoneticPr fontId="1"/></si>')
        return "s", 0, f"<v>{len(self.shared) - 1}</v>"

    def sheet(self, rows):
        out = []
        for number, row in rows:
            is_bare = None not in row and self.random.random() < 0.3
            cells = [
                self.cell(value, None if is_bare else f"{get_column_letter(i + 1)}{number}")
                for i, value in enumerate(row)
                if value is not None
            ]
            out.append(f'<row r="{number}">{"".join(cells)}</row>')
        return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(out)}</sheetData></worksheet>'

    def book(self, sheets):
        parts = {f"xl/worksheets/sheet{i + 1}.xml": self.sheet(rows) for i, rows in enumerate(sheets.values())}
        names = "".join(f'<sheet name={quoteattr(name)} sheetId="{i + 1}" r:id="r{i + 1}"/>' for i, name in enumerate(sheets))
        mac = ' date1904="1"' if self.is_mac else ""
        codes = [*zip(self.days[1:], DAY_CODES), *zip(self.moments[1:], MOMENT_CODES)]
        formats = "".join(f'<numFmt numFmtId="{i}" formatCode={quoteattr(code)}/>' for i, code in codes)
        xfs = "".join(f'<xf numFmtId="{i}"/>' for i in self.styles)
        related = [(f"r{i + 1}", "worksheet", f"worksheets/sheet{i + 1}.xml") for i in range(len(sheets))]
        related += [("s", "styles", "styles.xml"), ("t", "sharedStrings", "/xl/sharedStrings.xml")]
        return zipped({
            **parts,
            "[Content_Types].xml": types(len(sheets)),
            "_rels/.rels": relations([("r", "officeDocument", "xl/workbook.xml")]),
            "xl/_rels/workbook.xml.rels": relations(related),
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr{mac}/><sheets>{names}</sheets></workbook>',
            "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts count="{len(codes)}">{formats}</numFmts><cellXfs>{xfs}</cellXfs></styleSheet>',
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(self.shared)}</sst>',
        })


def types(sheets):
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    names = [("workbook.xml", "sheet.main"), ("styles.xml", "styles"), ("sharedStrings.xml", "sharedStrings")]
    names += [(f"worksheets/sheet{i + 1}.xml", "worksheet") for i in range(sheets)]
    overrides = "".join(f'<Override PartName="/xl/{name}" ContentType="{kind}.{what}+xml"/>' for name, what in names)
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{rels}{overrides}</Types>'


def relations(all_of_them):
    each = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in all_of_them)
    return f'<Relationships xmlns="{PACKAGE}">{each}</Relationships>'


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return out.getvalue()


def row_texts(row):
    """The row as its fields have it; None where a value is none of its field."""
    number, text, amount, day, at, ok = row
    texts = [None] * 6
    if number is not None:
        if not isinstance(number, int):
            return None
        texts[0] = str(number)
    texts[1] = None if text is None else str(text)
    if amount is not None:
        texts[2] = decimal_text(Decimal(repr(amount)), 2) if isinstance(amount, (int, float)) else None
        if texts[2] is None:
            return None
    if day is not None:
        if not isinstance(day, datetime.datetime) or day.time() != datetime.time():
            return None
        texts[3] = day.date().isoformat()
    if at is not None:
        if not isinstance(at, datetime.datetime):
            return None
        texts[4] = str((at - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1))
    if ok is not None:
        if not isinstance(ok, bool):
            return None
        texts[5] = str(ok).lower()
    return texts


def expected(data, choice, first):
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    names = book.sheetnames
    if choice.get("sheetName", names[0]) not in names or choice.get("sheetNumber", 1) > len(names):
        return REJECTED
    sheet = book[choice.get("sheetName", names[choice.get("sheetNumber", 1) - 1])]
    rows = [row for row in sheet.iter_rows(min_row=first + 1, max_col=6, values_only=True) if set(row) != {None}]
    found = [row_texts(row) for row in rows]
    good = [row for row in found if row is not None]
    return accepted(good, len(found) - len(good))


def sheet_cases(random, folder, count):
    for i in range(count):
        is_mac = random.random() < 0.3
        is_by_hand = random.random() < 0.6
        names = random.sample(["Data", "Tabelle 1", "März & Co", "日本", "Hidden"], random.randrange(1, 4))
        first = random.choice([1, 1, 3])
        sheets = {}
        for name in names:
            number = first
            rows = [(n, ["title", n]) for n in range(1, first)] + [(first, LABELS)]
            for k in range(random.randrange(25)):
                number += random.choice([1, 1, 1, 2, 5]) if is_by_hand else 1
                rows.append((number, values_of(random, k)))
            sheets[name] = rows
        data = ByHand(random, is_mac).book(sheets) if is_by_hand else by_openpyxl(random, sheets, is_mac)
        choice = random.choice([{}, {"sheetName": random.choice(names)}, {"sheetNumber": random.randrange(1, 5)}, {"sheetName": "none"}])
        dialect = {**choice, **({} if first == 1 else {"headerRows": [first]})}
        case = write_case(folder, f"sheet-{i}", "book.xlsx", data, {"format": "xlsx", "dialect": dialect}, ALL_FIELDS)
        yield {**case, "expected": expected(data, choice, first)}
