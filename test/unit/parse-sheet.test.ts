// The words for workbooks: which sheet, which header; what says nothing about one is refused by name, and no other contract's hash moves.
import { describe, expect, it } from 'vitest';
import { parseContract } from '../../lib/definitions/parse-contract.ts';

type Words = Readonly<Record<string, unknown>>;

function parsed(words: Words, fields: readonly Words[] = [{ name: 'a' }]) {
  const resource = { name: 'rows', path: 'rows/*', format: 'xlsx', schema: { fields }, ...words };
  const text = JSON.stringify({ name: 'p', resources: [resource] });
  const [dataset] = parseContract('p/datapackage.json', 'p', text);
  if (dataset === undefined) throw new Error('no dataset');
  return dataset;
}

function refusal(words: Words, fields?: readonly Words[]): string {
  try {
    parsed(words, fields);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was parsed');
}

describe('a workbook', () => {
  it('is read by its first sheet, by another, and below another header', () => {
    expect(parsed({}).sheet).toBeUndefined();
    expect(parsed({ dialect: { sheetNumber: 1 } }).sheet).toBeUndefined();
    expect(parsed({ dialect: { sheetNumber: 2 } }).sheet).toEqual({ number: 2 });
    expect(parsed({ dialect: { sheetName: 'März 2024' } }).sheet).toEqual({ name: 'März 2024' });
    const { dialect } = parsed({
      dialect: { headerRows: [3, 4], headerJoin: '-', caseSensitiveHeader: true },
    });
    expect(dialect).toMatchObject({
      skipLines: 2,
      headerRecords: 2,
      headerJoin: '-',
      caseSensitiveHeader: true,
    });
    expect(parsed({ dialect: { header: false } }).dialect.headerRecords).toBe(0);
  });

  it.each(['rows/*.xlsx', 'rows/*.xlsm'])('is known by the path %s', (path) => {
    expect(parsed({ path, format: undefined }).format).toBe('xlsx');
  });

  it('may say UTF-8, skip records, and have a footer', () => {
    const words = { encoding: 'UTF-8', skipRows: [{ startsWith: 'Total' }, { blank: true }], footerRows: 2 };
    expect(parsed(words)).toMatchObject({ footerRows: 2, encoding: 'utf-8' });
  });

  it('has a hash by what is read of it', () => {
    const hash = (dialect: Words) => parsed({ dialect }).hash;
    expect(hash({ sheetNumber: 1 })).toBe(hash({}));
    const all = [{}, { sheetNumber: 2 }, { sheetName: '2' }, { sheetName: 'x' }, { headerRows: [2] }].map(
      hash,
    );
    expect(new Set([...all, parsed({ format: 'csv' }).hash]).size).toBe(6);
  });

  const r = 'p/datapackage.json, resources[0]';
  it.each<[Words, string]>([
    [{ dialect: { sheetNumber: 0 } }, `${r}.dialect.sheetNumber: 0 is not allowed here`],
    [{ dialect: { sheetNumber: 1.5 } }, `${r}.dialect.sheetNumber: 1.5 is not a whole number`],
    [{ dialect: { sheetName: '' } }, `${r}.dialect.sheetName: "" is not allowed here`],
    [{ dialect: { sheetName: 2 } }, `${r}.dialect.sheetName: 2 is not a text in quotes`],
    [
      { dialect: { sheetName: 'a', sheetNumber: 1 } },
      `${r}.dialect.sheetNumber: "sheetName" says already which sheet is read: remove one of them`,
    ],
    [{ dialect: { sheetname: 'a' } }, 'Did you mean "sheetName"?'],
    [
      { dialect: { delimiter: ';' } },
      `${r}.dialect.delimiter: this property applies only to the format "csv", and this is "xlsx": remove it`,
    ],
    [
      { dialect: { nullSequence: '-' } },
      `${r}.dialect.nullSequence: this property applies only to the format "csv"`,
    ],
    [
      { dialect: { commentChar: '#' } },
      `${r}.dialect.commentChar: this property applies only to the format "csv"`,
    ],
    [
      { dialect: { property: 'a' } },
      `${r}.dialect.property: this property applies only to the format "json" or "ndjson"`,
    ],
    [
      { format: 'csv', dialect: { sheetName: 'a' } },
      `${r}.dialect.sheetName: this property applies only to the format "xlsx", and this is "csv": remove it`,
    ],
    [
      { format: 'json', dialect: { sheetNumber: 2 } },
      `${r}.dialect.sheetNumber: this property applies only to the format "xlsx"`,
    ],
    [
      { encoding: 'windows-1252' },
      `${r}.encoding: a workbook says itself how its texts are encoded: remove it`,
    ],
    [
      { innerPath: '*.xlsx' },
      `${r}.innerPath: it chooses files of a zip archive, and a workbook is read by its sheet`,
    ],
    [{ levels: ['a'] }, `${r}.levels: levels apply only to the format "json"`],
    [{ format: undefined, path: 'rows/*' }, 'write "csv", "json", "ndjson" or "xlsx"'],
  ])('%j is refused', (words, message) => {
    expect(refusal(words)).toContain(message);
  });

  it('has numbers with a point, and no list of column names where it has none', () => {
    expect(refusal({}, [{ name: 'a', type: 'number', decimalChar: ',' }])).toContain(
      `${r}.schema.fields[0].decimalChar: numbers in a workbook always have the decimal point "."`,
    );
    expect(refusal({ dialect: { header: false } }, [{ name: 'a', header: ['a', 'b'] }])).toContain(
      `${r}.schema.fields[0].header: the file has no column names`,
    );
  });
});
