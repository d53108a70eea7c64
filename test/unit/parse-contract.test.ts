import { describe, expect, it } from 'vitest';
import { tableColumns } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { contract, parse, parsed } from './contract-case.ts';

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
      partitionFields: [],
      mode: 'append',
      extraColumns: 'ignore',
      onDelete: 'withdraw',
      duplicates: 'warn',
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
    ['l1', 'iso-8859-1'],
    ['csISOLatin1', 'iso-8859-1'],
    ['us-ascii', 'utf-8'],
    ['unicode-1-1-utf-8', 'utf-8'],
    ['ucs-2', 'utf-16'],
    ['unicodeFFFE', 'utf-16be'],
    ['x-cp1252', 'windows-1252'],
    ['latin-2', 'iso-8859-2'],
    [' Windows-1250 ', 'windows-1250'],
    ['x-cp1251', 'windows-1251'],
    ['iso8859-9', 'windows-1254'],
    ['tis-620', 'windows-874'],
    ['cp866', 'ibm866'],
    ['KOI8_R', 'koi8-r'],
    ['Shift_JIS', 'shift_jis'],
    ['windows-31j', 'shift_jis'],
    ['gb2312', 'gbk'],
    ['GB18030', 'gb18030'],
    ['euc_kr', 'euc-kr'],
    ['big5-hkscs', 'big5'],
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

  it.each([
    ['exact', 'reject'],
    ['equal', 'reject'],
    ['superset', 'reject'],
    ['subset', 'ignore'],
    ['partial', 'ignore'],
  ] as const)('fieldsMatch %s decides about further columns: %s', (fieldsMatch, extraColumns) => {
    const dataset = parsed(contract({}, { fieldsMatch }));
    expect(dataset).toMatchObject({ fieldsMatch, extraColumns });
    expect(parsed(contract({ extraColumns }, { fieldsMatch })).hash).toBe(dataset.hash);
    expect(dataset.hash).not.toBe(parsed(contract()).hash);
    // As version 2.0 of the standard's profile has it.
    expect(parsed(contract({}, { fieldsMatch: [fieldsMatch] })).hash).toBe(dataset.hash);
  });

  it('hashes what is done about duplicates where it decides about rows', () => {
    const plain = parsed(contract());
    expect(plain.duplicates).toBe('warn');
    for (const duplicates of ['warn', 'allow'])
      expect(parsed(contract({ duplicates }))).toMatchObject({ duplicates, hash: plain.hash });
    const refusing = parsed(contract({ duplicates: 'reject' }));
    expect(refusing.duplicates).toBe('reject');
    expect(refusing.hash).not.toBe(plain.hash);
    expect(parsed(contract({ mode: 'replace' })).duplicates).toBe('allow');
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
    // What a lake's tables hold: another hash would have every file read again.
    expect(hash).toBe('e37250cf17b2c287');
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
