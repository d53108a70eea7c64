"""Archives of zipfile, gzip and bz2, sound and damaged, under any name; what the same modules read of them."""
import bz2
import csv
import fnmatch
import gzip
import io
import json
import zipfile
import zlib
from decimal import Decimal

from case import FIELDS, REJECTED, accepted, decimal_text, write_case

LABELS = [field["name"] for field in FIELDS]
WORDS = ["", "a,b", 'say "hi"', "zwei\nZeilen", "ÄÖÜ", "日本", "🦊", " x ", "x" * 300, "a;b", "NULL", "’"]
CSV_NAMES = ["jan.csv", "2024/feb.csv", "2024/q1/mar.csv", "2024/ü.csv", "né.csv", "a b.csv", "b'[1].csv"]
# No character of them all is in the code page 437.
FAR_NAMES = ["žluť.csv", "2024/日本.csv", "🦊.csv"]
PATTERNS = [None, None, "*.csv", "2024/*.csv", "**/*.csv", "2024/**/*.csv", "?an.csv"]
ENDINGS = ["csv", "csv.gz", "csv.bz2", "zip", "dat", "json"]
# Behind a gzip archive: zeros may pad it.
MORE = bytes(7) + gzip.compress(b"99,more,1\n", mtime=1)
BEHIND = [b"", b"", b"", bytes(7), bytes(2_500_000), MORE, b"99,more,1\n", bytes(7) + b"99,more,1\n"]
ERRORS = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, ValueError)


def rows_of(random, most=40):
    return [
        [i, random.choice(WORDS), Decimal(random.randrange(-(10**6), 10**6)).scaleb(-2)]
        for i in range(random.randrange(most))
    ]


def written(random, form, rows):
    if form == "csv":
        out = io.StringIO()
        end = random.choice(["\n", "\r\n", "\r"])
        # It quotes a line end only if it is its own.
        quoting = random.choice([csv.QUOTE_ALL, csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL])
        csv.writer(out, lineterminator=end, quoting=quoting).writerows([LABELS, *rows])
        text = out.getvalue()
    else:
        records = [json.dumps({"id": i, "text": text, "amount": float(n)}) for i, text, n in rows]
        text = "\n".join(records) if form == "ndjson" else "[" + ",\n".join(records) + "]"
    return random.choice([b"", b"", b"\xef\xbb\xbf"]) + text.encode()


def read(form, data):
    text = data.decode("utf-8-sig")
    if form == "csv":
        records = list(csv.DictReader(io.StringIO(text, newline="")))
    elif form == "ndjson":
        records = [json.loads(line, parse_float=Decimal) for line in text.split("\n") if line]
    else:
        records = json.loads(text, parse_float=Decimal)
    return [
        [str(r["id"]), r["text"] or None, decimal_text(Decimal(r["amount"]), 2)] for r in records
    ]


class Oem(zipfile.ZipInfo):
    """A name as programs wrote it before UTF-8."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("cp437"), self.flag_bits & ~0x800


class Pipe(io.BytesIO):
    """The sizes of a member stand behind it, as in an archive that was written into a pipe."""

    def tell(self):
        raise OSError

    def seek(self, *_):
        raise OSError


def zipped(random, form):
    out = random.choice([io.BytesIO, Pipe])()
    names = random.sample(CSV_NAMES + FAR_NAMES, random.randrange(1, 6))
    if form == "csv" and random.random() < 0.5:
        names += ["__MACOSX/._jan.csv", "2024/"]
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = random.choice([b"", b"from the till"])
        for name in names:
            info = (zipfile.ZipInfo if name in FAR_NAMES else random.choice([Oem, zipfile.ZipInfo]))(name)
            info.compress_type = random.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED])
            if random.random() < 0.03:
                info.compress_type = random.choice([zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
            if name.endswith("/"):
                archive.writestr(info, b"")
                continue
            data = b"\x00\x05" if name.startswith("__") else written(random, form, rows_of(random))
            if random.random() < 0.1:
                data = gzip.compress(data)
            with archive.open(info, "w", force_zip64=random.random() < 0.2) as member:
                member.write(data)
    return out.getvalue()


def is_within(parts, pattern):
    if not pattern or not parts:
        return not parts and all(part == "**" for part in pattern)
    if pattern[0] == "**":
        return is_within(parts, pattern[1:]) or is_within(parts[1:], pattern)
    # As in a shell, no wildcard is for what is hidden.
    if parts[0].startswith(".") and not pattern[0].startswith("."):
        return False
    return fnmatch.fnmatchcase(parts[0], pattern[0]) and is_within(parts[1:], pattern[1:])


def read_zip(form, data, pattern):
    rows, members = [], {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            name = info.filename
            hidden = name.startswith("__MACOSX/")
            if info.is_dir() or (hidden if pattern is None else not is_within(name.split("/"), pattern.split("/"))):
                continue
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise NotImplementedError(f"{name}: documented as refused")
            text = archive.read(info)
            own = read(form, gzip.decompress(text) if text.startswith(b"\x1f\x8b") else text)
            rows += own
            members[name] = len(own)
    if not members:
        raise ValueError("no member is meant")
    return accepted(rows, members=members)


def gzipped(random, text):
    out = io.BytesIO()
    level = random.randrange(10)
    with gzip.GzipFile(random.choice(["", "data.csv"]), "wb", level, out, mtime=random.randrange(2**32)) as file:
        file.write(text)
    return out.getvalue()


def bzipped(random, text):
    return bz2.compress(text, random.randrange(1, 10))


def unbzipped(data):
    """bz2.decompress leaves out without a word what is broken behind the first archive."""
    text = b""
    while data:
        archive = bz2.BZ2Decompressor()
        text += archive.decompress(data)
        if not archive.eof:
            raise EOFError
        data = archive.unused_data
    return text


def gunzipped(data):
    """The module goes on behind zeros, where the program gzip ends. Such a file is refused: see docs/files.md."""
    text = gzip.decompress(data)
    while data and data[0] != 0:
        archive = zlib.decompressobj(31)
        archive.decompress(data)
        data = archive.unused_data
    if data.strip(b"\0"):
        raise ValueError("more behind zeros")
    return text


PACKERS = {"gzip": (gzipped, gunzipped), "bzip2": (bzipped, unbzipped)}


def packed(random, packing, form):
    # Blocks of bzip2 begin at 100,000 bytes.
    text = written(random, form, rows_of(random, random.choice([40, 40, 3000])))
    pack = PACKERS[packing][0]
    cut = random.randrange(len(text))
    # Archives that follow each other are one.
    data = pack(random, text[:cut]) + pack(random, text[cut:]) if random.random() < 0.3 else pack(random, text)
    return data + random.choice(BEHIND) if packing == "gzip" else data


def damaged(random, data):
    """A bit is another, often one of the tables at the beginning, or the end is lost; the mark before them stays."""
    at = random.randrange(10, len(data))
    if random.random() < 0.3:
        return data[:at]
    if random.random() < 0.5:
        at = random.randrange(10, min(30, len(data)))
    return data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]


def damaged_zip(random, data):
    """Within what a member has packed: names and sizes stand twice, and readers differ in which they believe."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = random.choice([i for i in archive.infolist() if i.compress_size > 0])
    header = data[info.header_offset :][:30]
    # Behind it stand the name and the extra field.
    sizes = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    at = info.header_offset + len(header) + sizes + random.randrange(info.compress_size)
    return data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]


def expected(packing, form, data, pattern):
    try:
        if packing == "zip":
            return read_zip(form, data, pattern)
        return accepted(read(form, PACKERS[packing][1](data)))
    except ERRORS:
        return REJECTED


def packed_cases(random, folder, packing, count):
    for i in range(count):
        form = random.choice(["csv", "csv", "csv", "ndjson", "json"])
        pattern = random.choice(PATTERNS) if packing == "zip" else None
        data = zipped(random, form) if packing == "zip" else packed(random, packing, form)
        if random.random() < 0.3:
            data = (damaged_zip if packing == "zip" else damaged)(random, data)
        resource = {"format": form, **({} if pattern is None else {"innerPath": pattern})}
        case = write_case(folder, f"{packing}-{i}", f"data.{random.choice(ENDINGS)}", data, resource)
        yield {**case, "expected": expected(packing, form, data, pattern)}
