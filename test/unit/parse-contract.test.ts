import { describe, expect, it } from 'vitest';
import { tableColumns } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/core/parse-contract.ts';
import { contract, parse, parsed, parsedField, type Words, withField } from './contract-case.ts';

describe('parseContract', () => {
  it('fills in every default', () => {
    const dataset = parsed(contract());
    expect({ ...dataset, hash: '' }).toEqual({
      name: 'sales',
      package: 'shop',
      file: 'shop/datapackage.json',
      path: 'sales/*.csv',
      format: 'csv',
      levels: [],
      encoding: 'utf-8',
      dialect: {
        delimiter: ',',
        quoteChar: '"',
        doubleQuote: true,
        skipInitialSpace: false,
        caseSensitiveHeader: false,
        skipLines: 0,
        headerRecords: 1,
        headerJoin: ' ',
      },
      fields: expect.any(Array),
      primaryKey: [],
      foreignKeys: [],
      partitionBy: [],
      mode: 'append',
      extraColumns: 'ignore',
      onDelete: 'withdraw',
      hash: '',
    });
    expect(dataset.fields[2]).toEqual({
      name: 'note',
      header: 'note',
      type: 'string',
      format: 'default',
      missingValues: [''],
      trim: false,
      precision: 0,
      scale: 0,
      double: false,
      trueValues: [],
      falseValues: [],
      timezone: 'UTC',
      constraints: { required: false, unique: false },
    });
  });

  it.each<[string, Words, Words]>([
    ['a number', { type: 'number' }, { precision: 38, scale: 9, double: false }],
    ['its size', { type: 'number', precision: 18, scale: 0 }, { precision: 18, scale: 0 }],
    ['a double', { type: 'number', double: true }, { double: true, precision: 0 }],
    [
      'a boolean',
      { type: 'boolean' },
      { trueValues: ['true', 'True', 'TRUE', '1'], falseValues: ['false', 'False', 'FALSE', '0'] },
    ],
    ['missing values', { missingValues: ['-', 'n/a'] }, { missingValues: ['-', 'n/a'] }],
    ['header, trim', { header: 'F (EUR)', trim: true }, { header: 'F (EUR)', trim: true }],
    ['a zone', { type: 'datetime', timezone: 'Europe/Berlin' }, { timezone: 'Europe/Berlin' }],
    ['a format', { type: 'date', format: '%d/%m/%Y' }, { format: '%d/%m/%Y' }],
    ['a short year', { type: 'date', format: '%d.%m.%y' }, { format: '%d.%m.%y' }],
    ['a time', { type: 'datetime', format: '%Y%m%d %I:%M %p' }, { format: '%Y%m%d %I:%M %p' }],
    [
      'descriptive words',
      { type: 'number', title: 'T', example: 1.5, rdfType: 'x', bareNumber: true, decimalChar: '.' },
      { name: 'f' },
    ],
    [
      'how numbers are written',
      { type: 'number', bareNumber: false, decimalChar: ',', groupChar: '\u202f' },
      { bareNumber: false, decimalChar: ',', groupChar: '\u202f' },
    ],
    ['the format of a string', { format: 'email' }, { type: 'string', format: 'email' }],
    ['an offset', { type: 'datetime', format: '%d.%m.%Y %H:%M %z' }, { format: '%d.%m.%Y %H:%M %z' }],
    ['a time of day', { type: 'time', format: '%I:%M %p' }, { type: 'time', format: '%I:%M %p' }],
  ])('reads %s', (_, words, expected) => {
    expect(parsedField(words)).toMatchObject(expected);
  });

  it.each<[string, Words, Words]>([
    [
      'an integer',
      { type: 'integer', constraints: { minimum: '-9223372036854775808' } },
      { minimum: '-9223372036854775808' },
    ],
    [
      'decimals',
      { type: 'number', constraints: { minimum: -1.5, maximum: '0.000000001' } },
      { minimum: '-1.5', maximum: '0.000000001' },
    ],
    [
      'a day',
      { type: 'date', format: '%d/%m/%Y', constraints: { maximum: '2024-02-29' } },
      { maximum: '2024-02-29' },
    ],
    [
      'a time',
      { type: 'datetime', constraints: { minimum: '2024-01-01T00:00:00.5' } },
      { minimum: '2024-01-01T00:00:00.5' },
    ],
    [
      'texts',
      { constraints: { enum: ['a', 'a', ''], minLength: 0, maxLength: 3 } },
      { enum: ['a', 'a', ''], minLength: 0, maxLength: 3 },
    ],
    [
      'booleans',
      { type: 'boolean', trueValues: ['yes'], falseValues: ['no'], constraints: { enum: [true, 'no'] } },
      { enum: ['true', 'false'] },
    ],
    [
      'values as the cells have them',
      {
        type: 'number',
        decimalChar: ',',
        groupChar: '.',
        bareNumber: false,
        constraints: { minimum: '-1.000,50 €', maximum: 2.5e3, exclusiveMaximum: '1e4' },
      },
      { minimum: '-1000.50', maximum: '2500', exclusiveMaximum: '10000' },
    ],
    [
      'a day in its format',
      { type: 'date', format: '%Y-%d-%m', constraints: { minimum: '2024-02-01', enum: ['2024-03-01'] } },
      { minimum: '2024-01-02', enum: ['2024-01-03'] },
    ],
    [
      'a named month and an hour of twelve',
      {
        type: 'datetime',
        format: '%d %b %y %I %p %z',
        constraints: { minimum: '3 Feb 69 12 AM Z', maximum: '03 dec 68 1 pm +0130' },
      },
      { minimum: '1969-02-03T00:00:00Z', maximum: '2068-12-03T13:00:00+01:30' },
    ],
    [
      'times of day',
      { type: 'time', format: '%H:%M', constraints: { minimum: '9:05', exclusiveMaximum: '12:30:00.500' } },
      { minimum: '09:05:00', exclusiveMaximum: '12:30:00.5' },
    ],
    ['years', { type: 'year', constraints: { enum: [2024, '0044'] } }, { enum: ['2024', '0044'] }],
    ['months', { type: 'yearmonth', constraints: { minimum: '2024-02' } }, { minimum: '2024-02' }],
    ['any text', { type: 'any', constraints: { enum: ['1', 'a'], unique: true } }, { unique: true }],
    [
      'a pattern',
      { constraints: { pattern: '\\\\1[(?=]\\+\\+(?i:x)[[:alpha:]]+' } },
      { pattern: '\\\\1[(?=]\\+\\+(?i:x)[[:alpha:]]+' },
    ],
  ])('keeps constraints of %s as texts', (_, words, expected) => {
    expect(parsedField(words).constraints).toMatchObject(expected);
  });

  it('keeps every digit of a number', () => {
    const text = withField({ type: 'number', precision: 38, scale: 19, constraints: { maximum: 17 } });
    const exact = text.replace('"maximum":17', '"maximum":1234567.1234567890123456789');
    expect(parsed(exact).fields[1]?.constraints.maximum).toBe('1234567.1234567890123456789');
  });

  it.each([
    [{ escapeChar: '"' }, { doubleQuote: true }],
    [
      { escapeChar: '\\', doubleQuote: false },
      { escapeChar: '\\', doubleQuote: false },
    ],
    [{ header: false }, { headerRecords: 0, skipLines: 0 }],
    [
      { headerRows: [3, 4], headerJoin: '_' },
      { headerRecords: 2, skipLines: 2, headerJoin: '_' },
    ],
    [
      { commentChar: '#', nullSequence: '\\N' },
      { commentChar: '#', nullSequence: '\\N' },
    ],
    [{ lineTerminator: '\r', skipInitialSpace: true }, { skipInitialSpace: true }],
  ])('the dialect %j', (dialect, expected) => {
    expect(parsed(contract({ dialect })).dialect).toMatchObject(expected);
  });

  it('a null sequence is a missing value of every field', () => {
    const dialect = { nullSequence: 'NULL' };
    expect(parsed(contract({ dialect })).fields.map((field) => field.missingValues.at(-1))).toEqual(
      parsed(contract()).fields.map(() => 'NULL'),
    );
  });

  it.each([
    ['Latin-1', 'iso-8859-1'],
    ['ISO-8859-1', 'iso-8859-1'],
    ['cp1252', 'windows-1252'],
    ['UTF_16_LE', 'utf-16le'],
  ])('the encoding %s', (encoding, expected) => {
    expect(parsed(contract({ encoding })).encoding).toBe(expected);
  });

  it.each([
    ['a/*.csv.zst', 'csv'],
    ['a/*.ndjson', 'ndjson'],
    ['a/*.jsonl.gz', 'ndjson'],
    ['a/*.json', 'json'],
  ])('the path %s tells its format', (path, expected) => {
    expect(parsed(contract({ path, format: undefined })).format).toBe(expected);
  });

  it('reads every word that describes and every default of the standard', () => {
    const words = {
      title: 'x',
      profile: 'tabular-data-resource',
      mediatype: 'text/csv',
      bytes: 1,
      hash: 'x',
      sources: [],
      licenses: [],
      homepage: 'x',
      encoding: 'UTF-8',
      type: 'table',
    };
    const dialect = {
      delimiter: ';',
      quoteChar: "'",
      lineTerminator: '\r\n',
      doubleQuote: true,
      skipInitialSpace: false,
      header: true,
      caseSensitiveHeader: false,
      csvddfVersion: 1.2,
    };
    expect(parsed(contract({ ...words, dialect })).dialect).toMatchObject({ delimiter: ';', quoteChar: "'" });
    const top = {
      id: 'x',
      title: 'x',
      homepage: 'x',
      version: '1',
      licenses: [],
      contributors: [],
      sources: [],
      keywords: [],
      image: 'x',
      created: 'x',
      profile: 'x',
      $schema: 'x',
      description: 'x',
    };
    expect(parse(JSON.stringify({ ...JSON.parse(contract()), ...top }))).toHaveLength(1);
  });

  it('keeps how much of a file may be refused', () => {
    const words = { maxRejectedRatio: 0.125, maxRejectedRows: 0 };
    expect(parsed(contract(words))).toMatchObject(words);
    expect(parsed(contract(words)).hash).not.toBe(parsed(contract()).hash);
  });

  it('reads foreign keys, and keeps them out of the hash', () => {
    const keys = [
      { fields: 'id', reference: { resource: '', fields: 'id' } },
      { fields: ['id', 'note'], reference: { resource: 'sales', fields: ['id', 'note'] } },
    ];
    const dataset = parsed(contract({}, { foreignKeys: keys }));
    expect(dataset.foreignKeys).toEqual([
      { fields: ['id'], reference: { resource: 'sales', fields: ['id'] } },
      { fields: ['id', 'note'], reference: { resource: 'sales', fields: ['id', 'note'] } },
    ]);
    expect(dataset.hash).toBe(parsed(contract()).hash);
  });

  it('requires the fields of the primary key', () => {
    const dataset = parsed(contract({ mode: 'upsert' }, { primaryKey: 'id' }));
    expect(dataset.primaryKey).toEqual(['id']);
    expect(dataset.fields.map((field) => field.constraints.required)).toEqual([true, false, false]);
  });

  const byMonth = [
    { field: 'when', transform: 'year' },
    { field: 'when', transform: 'month' },
  ];
  it.each([
    ['append', [], ['year', 'month', 'id', 'when', 'note']],
    ['upsert', ['id'], ['id', 'when', 'note']],
    ['upsert', ['id', 'when'], ['year', 'month', 'id', 'when', 'note']],
    ['replace', ['id', 'when'], ['id', 'when', 'note']],
  ])('%s with the key %j has the columns %j', (mode, primaryKey, columns) => {
    const dataset = parsed(
      contract({ mode, partitionBy: byMonth }, primaryKey.length > 0 ? { primaryKey } : {}),
    );
    expect(tableColumns(dataset).map((column) => column.name)).toEqual(columns);
  });

  it('hashes what decides about rows, and that alone', () => {
    const { hash } = parsed(contract());
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    const described = JSON.parse(contract({ description: 'Sold things', title: 'Sales' }));
    described.resources[0].schema.fields[0].description = 'A number';
    expect(parseContract('elsewhere.json', 'other', JSON.stringify(described, null, 2))[0]?.hash).toBe(hash);
    const others = [
      { mode: 'replace' },
      { path: 'b/*.csv' },
      { onDelete: 'keep' },
      { partitionBy: ['id'] },
      { dialect: { delimiter: ';' } },
    ];
    const fields = [
      { name: 'id', type: 'integer' },
      { name: 'when', type: 'date', trim: true },
      { name: 'note' },
    ];
    const hashes = [
      ...others.map((words) => parsed(contract(words)).hash),
      parsed(contract({}, { fields })).hash,
      hash,
    ];
    expect(new Set(hashes).size).toBe(7);
  });
});
