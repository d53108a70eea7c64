// Archives that are broken, locked or lie about themselves, and files that are no text at all: refused by name, with what to do.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { archiveRefusal, readArchive } from '../support/read-archive.ts';
import { useWorld } from '../support/use-world.ts';
import { type ZipPart, zipBytes } from '../support/zip-writer.ts';

const world = useWorld();

const read = (bytes: Buffer, options?: Parameters<typeof readArchive>[2]) =>
  readArchive(world, bytes, options);
const refusal = (bytes: Buffer, options?: Parameters<typeof readArchive>[2]) =>
  archiveRefusal(world, bytes, options);

const good: ZipPart = { name: 'good.csv', bytes: Buffer.from('id\n1\n') };
const big = Buffer.from(`id\n${'12345678\n'.repeat(10_000)}`);

describe('members', () => {
  const lying = (lies: ZipPart['lies'], more: Partial<ZipPart> = {}) =>
    zipBytes([good, { name: 'bad.csv', bytes: big, ...more, ...(lies ? { lies } : {}) }]);

  test.each<[string, Buffer, RegExp]>([
    ['a password', lying({ flags: 1 }), /^"bad\.csv" has a password: pack it without one$/],
    ['strong encryption', lying({ flags: 0x41 }), /^the zip archive has a password: pack it without one$/],
    [
      'another method',
      lying({ method: 93 }),
      /^"bad\.csv" is packed by method 93 \(zstd\), which is not supported: pack it with Deflate, /,
    ],
    [
      'a method that nobody knows',
      lying({ method: 77 }),
      /^"bad\.csv" is packed by method 77 \(an unknown one\), /,
    ],
    ['a wrong checksum', lying({ crc: 7 }), /^"bad\.csv" is broken: its bytes do not have the checksum/],
    ['too small a size', lying({ size: 100 }), /^"bad\.csv" is broken: .*Send the file again$/],
    ['too large a size', lying({ size: 1e8 }), /^"bad\.csv" is broken: .*Send the file again$/],
    [
      'sizes that differ where nothing is packed',
      lying({ size: 5 }, { stored: true }),
      /^the zip archive is broken: .*mismatch/,
    ],
    [
      'more packed bytes than the archive has',
      lying({ packedSize: 1e8 }),
      /^"bad\.csv" is broken: file data overflows/,
    ],
    ['data that is no Deflate', lying({ method: 8 }, { stored: true }), /^"bad\.csv" is broken: /],
    [
      'a file of another kind within',
      zipBytes([{ name: 'b', bytes: zipBytes([good]) }]),
      /^"b" in the archive: the member is a zip archive itself/,
    ],
    [
      'a header that does not fit',
      zipBytes([good, { name: 'other.csv', bytes: Buffer.from('x\n1\n') }]),
      /^"other\.csv" in the archive: no column of the first line/,
    ],
    [
      'a name twice',
      zipBytes([good, { ...good, bytes: Buffer.from('id\n2\n') }]),
      /^the zip archive has two members named "good\.csv"/,
    ],
    [
      'a name that is too long',
      zipBytes([{ ...good, name: 'x'.repeat(1025) }]),
      /a member with a name of 1025 characters/,
    ],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes)).toMatch(message);
  });

  test('a broken quote names its member and its line', async () => {
    const parts = [good, { name: 'quote.csv', bytes: Buffer.from('id\n2\n"3\n4\n') }];
    expect(await refusal(zipBytes(parts))).toMatch(/^"quote\.csv" in the archive: line 3: /);
  });

  test('names are shown and never used as paths', async () => {
    const names = ['../../escaped.csv', '/etc/escaped.csv', 'C:\\escaped.csv', 'a\u0000\u001b[2Jb.csv'];
    const { scratch, result } = await read(zipBytes(names.map((name) => ({ ...good, name }))));
    expect(result.outcome === 'accepted' && result.acceptedRows).toBe(4);
    expect(result.members?.map(({ name }) => name)).toEqual([
      '../../escaped.csv',
      '/etc/escaped.csv',
      'C:/escaped.csv',
      'a\u0000\u001b[2Jb.csv',
    ]);
    for (const folder of [scratch, dirname(scratch), dirname(dirname(scratch))])
      expect(
        (await readdir(folder, { recursive: false })).filter((name) => name.includes('escaped')),
      ).toEqual([]);
    expect(existsSync('/etc/escaped.csv')).toBe(false);
    expect(await refusal(zipBytes([{ name: 'a\u001b[2J.csv', bytes: Buffer.from('x\n1\n') }]))).toMatch(
      /^"a\\u001b\[2J\.csv" in the archive/,
    );
  });
});

describe('innerPath', () => {
  const parts = ['a/1.csv', 'a/2.csv', 'b/1.csv', 'readme.txt'].map((name, i) => ({
    name,
    bytes: Buffer.from(`id\n${i}\n`),
  }));

  test.each([
    ['a/*.csv', ['a/1.csv', 'a/2.csv']],
    ['**/1.csv', ['a/1.csv', 'b/1.csv']],
    ['*.txt', ['readme.txt']],
  ])('%s', async (innerPath, names) => {
    const { result } = await read(zipBytes(parts), { words: { innerPath } });
    expect(result.members?.map(({ name }) => name)).toEqual(names);
  });

  test('that matches nothing', async () => {
    expect(await refusal(zipBytes(parts), { words: { innerPath: 'c/*' } })).toBe(
      'the zip archive has no file that innerPath "c/*" matches; it has "a/1.csv", "a/2.csv", "b/1.csv", "readme.txt": correct the innerPath, or the archive',
    );
    const many = Array.from({ length: 30 }, (_, i) => ({ ...good, name: `${i}` }));
    expect(await refusal(zipBytes(many), { words: { innerPath: 'c' } })).toMatch(/"19" and 10 more: correct/);
  });

  test('an empty archive', async () => {
    expect(await refusal(zipBytes([]))).toBe('the zip archive has no file; it is empty: send it again');
  });

  test('leaves other files alone', async () => {
    const { result } = await read(Buffer.from('id\n1\n'), { words: { innerPath: 'c/*' } });
    expect(result.outcome).toBe('accepted');
    expect(result.members).toBeUndefined();
  });
});

/** A million times "1\\n" under the header "id", as Python's bz2 module packs it. */
const BZIP2_OF_MILLIONS = Buffer.from(
  'QlpoOTFBWSZTWToq3VgG3cZJAAAQIAAEICAAMM00E1U9TbJUIRMlQhE/7jFBWSZTWXUuwHYDbuNIAAAQIAAgADCATUYVCETR' +
    'UIROYoKyTKazKOa6dgGGtJAAACBAAEAAQUgQYlJQWkpKC4u5IpwoSEtC1FuA',
  'base64',
);

describe('bombs end at the limit', () => {
  const zeros = Buffer.concat([Buffer.from('id\n'), Buffer.alloc(20_000_000, '1\n')]);
  test.each<[string, Buffer]>([
    ['one member', zipBytes([{ name: 'a', bytes: zeros }])],
    [
      'many members',
      zipBytes(Array.from({ length: 30 }, (_, i) => ({ name: `${i}`, bytes: zeros.subarray(0, 800_000) }))),
    ],
    ['gzip within', zipBytes([{ name: 'a', bytes: gzipSync(zeros) }])],
    ['gzip alone', gzipSync(zeros)],
    ['bzip2', Buffer.concat(Array.from({ length: 12 }, () => BZIP2_OF_MILLIONS))],
  ])('%s', async (_, bytes) => {
    expect(bytes.length).toBeLessThan(100_000);
    const { result } = await read(bytes, { maxBytes: 10_000_000 });
    expect(result.outcome === 'rejected' && result.violation.rule).toBe('too-large');
    expect(result.outcome === 'rejected' && Number(result.violation.value)).toBeGreaterThan(10_000_000);
    expect(result.outcome === 'rejected' && result.violation.message).toMatch(/more than 10\.0 MB unpacked/);
  });
});

describe('what is no text of rows', () => {
  const workbook = (name: string) =>
    zipBytes([
      { name: '[Content_Types].xml', bytes: Buffer.from('<a/>') },
      { name, bytes: Buffer.from('<a/>') },
    ]);
  const tar = Buffer.alloc(1024);
  tar.write('rows.csv', 0);
  tar.write('ustar\x0000', 257);
  test.each<[string, Buffer, RegExp]>([
    [
      'xlsx',
      workbook('xl/workbook.xml'),
      /^the file is an Excel workbook, not CSV: save its sheet as CSV, or write "format": "xlsx" in the contract$/,
    ],
    [
      'xlsb',
      workbook('xl/workbook.bin'),
      /^the file is a binary Excel workbook \(\.xlsb\), not CSV: save its sheet as CSV$/,
    ],
    [
      'docx',
      workbook('word/document.xml'),
      /^the file is an Office document, not CSV: save its table as CSV$/,
    ],
    [
      'ods',
      zipBytes([
        { name: 'mimetype', bytes: Buffer.from('x'), stored: true },
        { name: 'content.xml', bytes: Buffer.from('x') },
      ]),
      /^the file is an OpenDocument file, not CSV/,
    ],
    [
      'xls',
      Buffer.from('d0cf11e0a1b11ae10000', 'hex'),
      /^the file is an old Excel workbook \(\.xls\), or an Office file with a password: save its sheet as CSV$/,
    ],
    [
      'a cut bzip2',
      Buffer.from('425a6839314159265359', 'hex'),
      /^the bzip2 archive is broken: it ends too early\. Send the file again$/,
    ],
    [
      'empty bzip2',
      Buffer.from('425a683917724538509000000000', 'hex'),
      /^the file is empty: it has not even a header line/,
    ],
    ['xz', Buffer.from('fd377a585a000004', 'hex'), /^the file is an xz archive, /],
    ['7z', Buffer.from('377abcaf271c0004', 'hex'), /^the file is a 7z archive, /],
    ['rar', Buffer.from('526172211a070100', 'hex'), /^the file is a RAR archive, /],
    ['tar', tar, /^the file is a tar archive, /],
    ['tar.gz', gzipSync(tar), /^the gzip archive holds a tar archive, /],
    ['zip.gz', gzipSync(zipBytes([good])), /^the gzip archive holds a zip archive: pack the file once$/],
    ['parquet', Buffer.from('PAR1\x15\x04\x15'), /^the file is a Parquet file, /],
    ['a cut zip', zipBytes([good]).subarray(0, 40), /^the zip archive is broken: .*Send the file again$/],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes)).toMatch(message);
  });

  test.each(['PAR1,id\nx,1\n', 'BZh9,id\nx,1\n', 'Rar!,id\nx,1\n', 'PK,id\nx,1\n', 'ustar,id\nx,1\n'])(
    'a header that only looks so: %j',
    async (text) => {
      const { result } = await read(Buffer.from(text));
      expect(result.outcome === 'accepted' && result.acceptedRows).toBe(1);
    },
  );
});

describe('sep=', () => {
  const semicolon = { dialect: { delimiter: ';' } };
  const bodies = 'id;x\n1;a\nbad;b\n';
  test.each<[string, Buffer]>([
    ['plain', Buffer.from(`sep=;\n${bodies}`)],
    ['CRLF', Buffer.from(`SEP=;\n${bodies}`.replaceAll('\n', '\r\n'))],
    ['quoted', Buffer.from(`"sep=;"\n${bodies}`)],
    ['with a byte order mark', Buffer.from(`\ufeffsep=;\n${bodies}`)],
    ['packed', gzipSync(`sep=;\n${bodies}`)],
    ['in an archive', zipBytes([{ name: 'x', bytes: Buffer.from(`sep=;\n${bodies}`) }])],
  ])('%s: the line is skipped, and counts', async (_, bytes) => {
    const { result } = await read(bytes, { words: semicolon });
    if (result.outcome === 'rejected') throw new Error(result.violation.message);
    expect([result.rows, result.acceptedRows]).toEqual([2, 1]);
    expect(result.quarantine?.examples.map(({ line, value }) => [line, value])).toEqual([[4, 'bad']]);
  });

  test('in UTF-16', async () => {
    const words = { ...semicolon, encoding: 'utf-16' };
    const { result } = await read(Buffer.from(`\ufeffsep=;\n${bodies}`, 'utf16le'), { words });
    expect(result.quarantine?.examples.map(({ line }) => line)).toEqual([4]);
  });

  test('of another delimiter', async () => {
    expect(await refusal(Buffer.from('sep=;\nid;x\n1;a\n'))).toBe(
      `its first line says "sep=;", and the delimiter of rows is ",": write "delimiter": ";" in the contract's dialect, or send the file as the contract has it`,
    );
  });

  test('a contract that skips the line itself, or has a column of that name, is right as it is', async () => {
    const skips = { dialect: { delimiter: ';', headerRows: [2] } };
    expect((await read(Buffer.from(`sep=;\n${bodies}`), { words: skips })).result.rows).toBe(2);
    const labelled = { schema: { fields: [{ name: 'id', header: 'sep=,' }] }, dialect: { delimiter: ';' } };
    const { result } = await read(Buffer.from('sep=,;x\n1;a\n'), { words: labelled });
    expect(result.outcome === 'accepted' && result.acceptedRows).toBe(1);
  });
});

test('a column that the path gives must be in all members or in none', async () => {
  const words = { schema: { fields: [{ name: 'id', type: 'integer' }, { name: 'region' }] } };
  const fromPath = new Map([['region', 'north']]);
  const parts = [good, { name: 'with.csv', bytes: Buffer.from('id,region\n2,north\n') }];
  expect(await refusal(zipBytes(parts), { words, fromPath })).toBe(
    'the path gives region, "with.csv" in the archive has it too, and "good.csv" has not: send both alike',
  );
});

test('keys hold over all members', async () => {
  const words = { schema: { fields: [{ name: 'id', type: 'integer' }], primaryKey: 'id' } };
  const { result } = await read(zipBytes([good, { ...good, name: 'more.csv' }]), { words });
  expect(result.outcome === 'accepted' && result.acceptedRows).toBe(1);
  expect(result.quarantine?.examples.map(({ path, line, rule }) => [path, line, rule])).toEqual([
    ['more.csv', 2, 'primary-key'],
  ]);
});
