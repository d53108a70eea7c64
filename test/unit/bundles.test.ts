// Which small files may be converted together: by their contract, by their keys and sizes, and by their text.
import { describe, expect, test } from 'vitest';
import { bundlesOf, mayBundle } from '../../lib/ingest/bundle/bundles.ts';
import { plainText } from '../../lib/ingest/bundle/plain-text.ts';
import type { ObjectVersion } from '../../lib/ports.ts';
import { contract, parsed } from './contract-case.ts';

const dataset = parsed(contract({ path: 'sales/**/*.csv', partitionBy: ['when'] }));

describe('a contract', () => {
  test.each([
    ['of its own dialect', { dialect: { delimiter: ';' } }, true],
    ['that refuses duplicates', { duplicates: 'reject' }, true],
    ['of records to skip', { skipRows: [{ blank: true }] }, false],
    ['of footers', { footerRows: 1 }, false],
    ['without header', { dialect: { header: false } }, false],
    ['of two header lines', { dialect: { headerRows: [1, 2] } }, false],
    ['of comments', { dialect: { commentChar: '#' } }, false],
    ['of escapes', { dialect: { escapeChar: '\\', doubleQuote: false } }, false],
    ['of another encoding', { encoding: 'windows-1252' }, false],
    ['of another format', { format: 'ndjson' }, false],
    ['of deliveries', { mode: 'replace' }, false],
  ])('%s', (_, words, may) => {
    expect(mayBundle(parsed(contract(words)))).toBe(may);
  });
});

function file(key: string, sizeBytes = 10): ObjectVersion {
  return { key, etag: 'e', sizeBytes, lastModifiedMs: 0 };
}

function bundled(files: readonly ObjectVersion[]): string[][] {
  const bundling = { mostFileBytes: 50, mostBytes: 100, mostFiles: 3 };
  return bundlesOf(dataset, files, bundling).map((bundle) => bundle.map(({ version }) => version.key));
}

test('files are bundled in the order of their keys, up to a number of files and of bytes', () => {
  const keys = ['d', 'b', 'a', 'c', 'e'].map((name) => `sales/when=2024-01-01/${name}.csv`);
  expect(bundled(keys.map((key) => file(key)))).toEqual([
    ['a', 'b', 'c'].map((name) => `sales/when=2024-01-01/${name}.csv`),
    ['d', 'e'].map((name) => `sales/when=2024-01-01/${name}.csv`),
  ]);
  expect(bundled(keys.map((key) => file(key, 50)))).toHaveLength(2);
});

test('a large file, one alone, and one whose key says something else are left', () => {
  const all = [
    file('sales/when=2024-01-01/a.csv'),
    file('sales/when=2024-01-02/b.csv'),
    file('sales/when=2024-01-01/large.csv', 51),
    file('sales/when=never/c.csv'),
    file('sales/d.csv'),
    file('sales/when=2024-01-01/other=1/e.csv'),
  ];
  expect(bundled(all)).toEqual([['sales/when=2024-01-01/a.csv', 'sales/when=2024-01-02/b.csv']]);
});

describe('a text', () => {
  const linesOf = (text: string | Buffer, { dialect } = dataset) => plainText(dialect, Buffer.from(text));

  test.each([
    ['of lines', 'a,b\n1,2\n3,4\n', ['1,2', '3,4']],
    ['whose last line has no end', 'a,b\n1,2\n3,4', ['1,2', '3,4']],
    ['with carriage returns', 'a,b\r\n1,2\r\n3,4\r\n', ['1,2', '3,4']],
    ['with a byte order mark', '\ufeffa,b\n1,2\n', ['1,2']],
    ['with quotes', 'a,b\n"1,1","2""2"\n', ['"1,1","2""2"']],
    ['whose later records are ragged, which the engine tells', 'a,b\n1,2\n3\n', ['1,2', '3']],
  ])('%s is plain', (_, text, lines) => {
    expect(linesOf(text)?.lines).toEqual(lines);
  });

  test.each([
    ['that is empty', ''],
    ['of a header alone', 'a,b\n'],
    ['whose first record is ragged', 'a,b\n1,2,3\n'],
    ['with a blank line', 'a,b\n1,2\n\n3,4\n'],
    ['with a blank line in one column', 'a\n1\n\n2\n'],
    ['with a blank line first', '\na,b\n1,2\n'],
    ['with a line end within quotes', 'a,b\n"1\n1",2\n'],
    ['with a line end in a label', '"a\na",b\n1,2\n'],
    ['with a quote that stays open', 'a,b\n"1,2\n'],
    ['with a quote in a bare cell', 'a,b\n1"1,2\n'],
    ['with text behind a quote', 'a,b\n"1"1,2\n'],
    ['with mixed line ends', 'a,b\r\n1,2\n'],
    ['of carriage returns alone', 'a,b\r1,2\r'],
    ['with a NUL', 'a,b\n1,\0\n'],
    ['that names its delimiter', 'sep=,\na,b\n1,2\n'],
    ['with a surplus empty cell', 'a,b\n1,2,\n3,4\n'],
    ['of very many records', `a,b\n${'1,2\n'.repeat(1001)}`],
  ])('%s is not', (_, text) => {
    expect(linesOf(text)).toBeUndefined();
  });

  test('of another encoding, or packed, is not', () => {
    expect(linesOf(Buffer.from('a,b\n\xe9,2\n', 'latin1'))).toBeUndefined();
    expect(linesOf(Buffer.from('\x1f\x8b\x08a,b\n1,2\n', 'latin1'))).toBeUndefined();
  });
});
