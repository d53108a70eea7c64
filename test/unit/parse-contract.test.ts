import { describe, expect, it } from 'vitest';
import { tableColumns } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/core/parse-contract.ts';
import { DefinitionError } from '../../lib/errors.ts';

type Words = Record<string, unknown>;

function contract(resource: Words = {}, schema: Words = {}): string {
  const fields = [{ name: 'id', type: 'integer' }, { name: 'when', type: 'date' }, { name: 'note' }];
  return JSON.stringify({
    name: 'shop',
    resources: [{ name: 'sales', path: 'sales/*.csv', schema: { fields, ...schema }, ...resource }],
  });
}

const withField = (field: Words) => contract({}, { fields: [{ name: 'a' }, { name: 'f', ...field }] });
const parse = (text: string) => parseContract('shop/datapackage.json', 'shop', text);

function parsed(text: string) {
  const dataset = parse(text)[0];
  if (!dataset) throw new Error('no dataset');
  return dataset;
}

function parsedField(field: Words) {
  const found = parsed(withField(field)).fields[1];
  if (!found) throw new Error('no field');
  return found;
}

function refusal(text: string): string {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(DefinitionError);
    return (error as DefinitionError).message;
  }
  throw new Error('it was accepted');
}

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
      dialect: { delimiter: ',', quoteChar: '"' },
      fields: expect.any(Array),
      primaryKey: [],
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
    ['a time', { type: 'datetime', format: '%Y%j %I:%M %p' }, { format: '%Y%j %I:%M %p' }],
    [
      'descriptive words',
      { title: 'T', example: 1.5, rdfType: 'x', bareNumber: true, decimalChar: '.' },
      { name: 'f' },
    ],
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
    expect(parsed(contract({ ...words, dialect })).dialect).toEqual({ delimiter: ';', quoteChar: "'" });
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

const r = 'shop/datapackage.json, resources[0]';
const f = `${r}.schema.fields[1]`;
const c = `${f}.constraints`;

describe('parseContract refuses', () => {
  it.each([
    ['{\n  "a": 1,\n}', 'shop/datapackage.json, line 3, column 1: this is not JSON'],
    ['{"resources": [], "resources": 3}', 'column 20: this is not JSON: Duplicate key'],
    ['', 'line 1, column 1: this is not JSON'],
    ['3', '3 is not an object ({…})'],
    ['{}', 'resources: "resources" is missing'],
    ['{"resources": []}', 'resources: [] cannot stand here'],
  ])('the text %j', (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it.each<[Words, string]>([
    [{ foreignKeys: [] }, `${r}.schema.foreignKeys: "foreignKeys" is not supported yet`],
    [{ uniqueKeys: [] }, `${r}.schema.uniqueKeys: "uniqueKeys" is not supported yet`],
    [
      { primryKey: 'id' },
      `${r}.schema.primryKey: "primryKey" is no word of a contract here. Did you mean "primaryKey"?`,
    ],
    [{ primaryKey: 'ids' }, `${r}.schema.primaryKey: "ids" is no field of this resource. Did you mean "id"?`],
    [{ primaryKey: ['id', 'id'] }, `${r}.schema.primaryKey[1]: "id" stands there twice`],
    [
      { primaryKey: 3 },
      `${r}.schema.primaryKey: 3 cannot stand here: it must be a field name or a list of them`,
    ],
    [{ missingValues: [null] }, `${r}.schema.missingValues[0]: null is not a text in quotes`],
    [{ fields: [] }, `${r}.schema.fields: [] cannot stand here`],
    [{ fields: [{ name: 'a' }, { name: 'A' }] }, `${f}.name: "A" and "a" are one name to SQL`],
    [
      { fields: [{ name: 'a' }, { name: 'b', header: 'a' }] },
      `${f}.header: the column "a" fills the field "a" already`,
    ],
  ])('the schema %j', (schema, message) => {
    expect(refusal(contract({}, schema))).toContain(message);
  });

  it.each<[Words, string]>([
    [{ name: '1a' }, `${r}.name: "1a" cannot be a table's name`],
    [{ name: 'a-b' }, `${r}.name: "a-b" cannot be a table's name`],
    [{ name: 'a'.repeat(129) }, `cannot be a table's name`],
    [{ name: 'This' }, `${r}.name: "this" is what audits call`],
    [{ name: undefined }, `${r}.name: "name" is missing`],
    [{ path: ['a.csv'] }, `${r}.path: a list of paths is not supported yet`],
    [{ path: '/a/*.csv' }, `${r}.path: "/a/*.csv": it begins with "/"`],
    [{ path: 'a/../*.csv' }, '".."'],
    [{ path: 'a\\*.csv' }, `${r}.path: "a\\\\*.csv": it holds "\\"`],
    [{ path: 'https://x/a.csv' }, 'it is a URL'],
    [{ path: 'a/*.parquet' }, `${r}.format: "format" is missing`],
    [{ format: 'parquet' }, `${r}.format: "parquet" is not supported yet: write "csv" or "json"`],
    [{ encoding: 'latin1' }, `${r}.encoding: the encoding "latin1" is not supported yet`],
    [{ compression: 'gz' }, `${r}.compression: "compression" is not supported yet`],
    [{ data: [] }, `${r}.data: "data" is not supported yet`],
    [{ maxRejectedRatio: 0.1 }, `${r}.maxRejectedRatio: "maxRejectedRatio" is not supported yet`],
    [{ partitonBy: [] }, 'Did you mean "partitionBy"?'],
    [{ schema: 'schema.json' }, `${r}.schema: a schema in another file ("schema.json") is not supported yet`],
    [{ dialect: 'd.json' }, `${r}.dialect: a dialect in another file ("d.json") is not supported yet`],
    [{ dialect: { header: false } }, `${r}.dialect.header: false is not supported yet: write true`],
    [{ dialect: { commentChar: '#' } }, `${r}.dialect.commentChar: "commentChar" is not supported yet`],
    [{ dialect: { doubleQuote: false } }, `${r}.dialect.doubleQuote: false is not supported yet`],
    [{ dialect: { escapeChar: '\\' } }, `${r}.dialect.escapeChar: "escapeChar" is not supported yet`],
    [{ dialect: { skipInitialSpace: true } }, `${r}.dialect.skipInitialSpace: true is not supported yet`],
    [{ dialect: { lineTerminator: '|' } }, `${r}.dialect.lineTerminator: "|" is not supported yet`],
    [{ dialect: { delimiter: '||' } }, `${r}.dialect.delimiter: "||" is not one printable ASCII character`],
    [{ dialect: { delimiter: 'ä' } }, `${r}.dialect.delimiter: "ä" is not one`],
    [{ dialect: { delimiter: '"' } }, `${r}.dialect.quoteChar: "\\"" is the delimiter too`],
    [{ format: 'json', dialect: {} }, `${r}.dialect: a dialect is for the format "csv"`],
    [{ levels: ['id'] }, `${r}.levels: levels are for the format "json"`],
    [{ format: 'json', levels: ['x'] }, `${r}.levels[0]: "x" is no field`],
    [{ format: 'json', levels: ['id', 'id'] }, `${r}.levels[1]: "id" stands there twice`],
    [{ timezone: 'Mars/Base' }, `${r}.timezone: "Mars/Base" is no time zone`],
    [{ timezone: '+01:00' }, `${r}.timezone: "+01:00" is no time zone`],
    [{ mode: 'merge' }, `${r}.mode: "merge" is not supported yet: write "append" or "replace" or "upsert"`],
    [{ mode: 'upsert' }, `${r}.mode: "upsert" replaces rows by their key: name it in schema.primaryKey`],
    [{ extraColumns: 'keep' }, `${r}.extraColumns: "keep" is not supported yet`],
    [{ onDelete: 'no' }, `${r}.onDelete: "no" is not supported yet`],
    [{ partitionBy: 'id' }, `${r}.partitionBy: "id" is not a list`],
    [{ partitionBy: ['ix'] }, `${r}.partitionBy[0]: "ix" is no field of this resource. Did you mean "id"?`],
    [{ partitionBy: ['id', 'id'] }, `${r}.partitionBy[1]: the partition column "id" is there already`],
    [{ partitionBy: ['id', 'when', 'note'] }, `${r}.partitionBy: every field is a partition column`],
    [
      { partitionBy: [{ field: 'id', transform: 'day' }] },
      `${r}.partitionBy[0]: "day" is for date and datetime, and id is of type integer`,
    ],
    [
      { partitionBy: [{ field: 'when', transform: 'hour' }] },
      `${r}.partitionBy[0]: {"field":"when","transform":"hour"} cannot stand here`,
    ],
  ])('the resource %j', (resource, message) => {
    expect(refusal(contract(resource))).toContain(message);
  });

  it.each<[Words, string]>([
    ...['time', 'year', 'yearmonth', 'any', 'object', 'array', 'geopoint', 'geojson', 'duration'].map(
      (type): [Words, string] => [{ type }, `${f}.type: the type "${type}" is not supported yet`],
    ),
    [{ type: 'interger' }, `${f}.type: "interger" is no type. Did you mean "integer"?`],
    [{ name: '' }, `${f}.name: a field needs a name`],
    [{ name: 'a\0' }, `${f}.name: "a\\u0000" holds a NUL character`],
    [{ name: '_Sluice_source' }, `${f}.name: "_Sluice_source": names that begin with "_sluice" are reserved`],
    [{ groupChar: ',' }, `${f}.groupChar: "groupChar" is not supported yet`],
    [{ decimalChar: ',' }, `${f}.decimalChar: "," is not supported yet`],
    [{ bareNumber: false }, `${f}.bareNumber: false is not supported yet`],
    [{ format: 'email' }, `${f}.format: the format "email" of a string is not supported yet`],
    [{ type: 'date', format: '%d/%m' }, `${f}.format: the format "%d/%m": it names no year`],
    [{ type: 'date', format: '%Y-%m' }, 'it names no whole day'],
    [{ type: 'date', format: '%Y-%m-%d %H' }, '"%H" is not supported yet'],
    [{ type: 'date', format: 'iso' }, 'it is neither of "default"'],
    [{ type: 'datetime', format: '%Y-%m-%d' }, 'it names no hour'],
    [{ type: 'datetime', format: '%Y-%m-%dT%H:%M:%S%z' }, '"%z" is not supported yet'],
    [{ type: 'integer', precision: 3 }, `${f}.precision: "precision" is for fields of type number`],
    [{ type: 'number', precision: 3 }, `${f}.scale: "scale" is missing`],
    [{ type: 'number', scale: 3 }, `${f}.precision: "precision" is missing`],
    [{ type: 'number', precision: 39, scale: 1 }, `${f}.precision: 39 cannot stand here`],
    [{ type: 'number', precision: 3, scale: 4 }, `${f}.scale: the scale 4 is above the precision 3`],
    [{ type: 'number', precision: 3, scale: 1.5 }, `${f}.scale: 1.5 is not a whole number`],
    [
      { type: 'number', double: true, scale: 1 },
      `${f}.double: a binary floating point number has no precision`,
    ],
    [{ timezone: 'UTC' }, `${f}.timezone: "timezone" is for fields of type datetime`],
    [{ type: 'datetime', timezone: 'Nowhere' }, `${f}.timezone: "Nowhere" is no time zone`],
    [{ trueValues: ['x'] }, `${f}.trueValues: "trueValues" is for fields of type boolean`],
    [{ type: 'boolean', trueValues: ['0'] }, `${f}.trueValues: "0" is among falseValues too`],
    [{ trim: 'yes' }, `${f}.trim: "yes" is not true or false`],
  ])('the field %j', (field, message) => {
    expect(refusal(withField(field))).toContain(message);
  });

  it.each<[Words, Words, string]>([
    [{}, { unique: true }, `${c}.unique: true is not supported yet`],
    [{}, { jsonSchema: {} }, `${c}.jsonSchema: "jsonSchema" is not supported yet`],
    [{}, { minimum: 'a' }, `${c}.minimum: "minimum" does not fit the type string`],
    [{ type: 'number' }, { minLength: 1 }, `${c}.minLength: "minLength" does not fit the type number`],
    [{ type: 'integer' }, { pattern: '1' }, `${c}.pattern: "pattern" does not fit the type integer`],
    [{}, { minLength: 3, maxLength: 2 }, `${c}.minLength: the minLength 3 is above the maxLength 2`],
    [{}, { minLength: -1 }, `${c}.minLength: -1 cannot stand here`],
    [{}, { pattern: '(?=a)' }, `${c}.pattern: "(?=a)": lookahead and lookbehind`],
    [{}, { pattern: '(?<!a)b' }, 'lookahead and lookbehind'],
    [{}, { pattern: '(a)\\1' }, 'backreferences'],
    [{}, { pattern: 'a++' }, 'possessive'],
    [{}, { enum: [] }, `${c}.enum: [] cannot stand here`],
    [{}, { enum: ['a', 1] }, `${c}.enum[1]: 1 is not a text: write it in quotes`],
    [{ type: 'integer' }, { minimum: 1.5 }, `${c}.minimum: 1.5 is not an integer within 64 bits`],
    [
      { type: 'integer' },
      { maximum: '9223372036854775808' },
      `${c}.maximum: "9223372036854775808" is not an integer`,
    ],
    [
      { type: 'number', precision: 3, scale: 1 },
      { minimum: 0.25 },
      `${c}.minimum: 0.25 is not a number that fits decimal(3,1)`,
    ],
    [
      { type: 'number', precision: 3, scale: 1 },
      { minimum: 100 },
      `${c}.minimum: 100 is not a number that fits`,
    ],
    [{ type: 'number' }, { minimum: '1e3' }, `${c}.minimum: "1e3" is not a number that fits`],
    [{ type: 'number' }, { minimum: '.' }, `${c}.minimum: "." is not a number that fits`],
    [
      { type: 'number' },
      { minimum: 2, maximum: '1.9' },
      `${c}.minimum: the minimum 2 is above the maximum 1.9`,
    ],
    [{ type: 'number', double: true }, { minimum: 'NaN' }, `${c}.minimum: "NaN" is not a finite number`],
    [{ type: 'date' }, { minimum: '2024-02-30' }, `${c}.minimum: "2024-02-30" is not a day that exists`],
    [{ type: 'date' }, { minimum: 20240101 }, `${c}.minimum: 20240101 is not a day`],
    [{ type: 'date' }, { minimum: '2024-01-02', maximum: '2024-01-01' }, 'the minimum 2024-01-02 is above'],
    [
      { type: 'datetime' },
      { minimum: '2024-01-01 00:00:00' },
      `${c}.minimum: "2024-01-01 00:00:00" is not a time`,
    ],
    [
      { type: 'datetime', timezone: 'Asia/Tokyo' },
      { minimum: '2024-01-01T00:00:00' },
      `with its offset (the field's zone is Asia/Tokyo)`,
    ],
    [{ type: 'boolean' }, { enum: ['yes'] }, `${c}.enum[0]: "yes" is not a boolean`],
  ])('the field %j with the constraints %j', (field, constraints, message) => {
    expect(refusal(withField({ ...field, constraints }))).toContain(message);
  });

  it('two resources of one name, and columns that a partition would derive twice', () => {
    const two = JSON.parse(contract());
    two.resources.push({ ...two.resources[0], name: 'SALES' });
    expect(refusal(JSON.stringify(two))).toContain(
      'resources[1].name: "SALES" is the name of resources[0] too',
    );
    const fields = [
      { name: 'Year', type: 'integer' },
      { name: 'when', type: 'date' },
      { name: 'size', type: 'number' },
    ];
    const by = (partitionBy: unknown) => refusal(contract({ partitionBy }, { fields }));
    expect(by([{ field: 'when', transform: 'year' }])).toContain('partition by the field Year, or rename it');
    expect(by(['size'])).toContain('size is of type number, which makes a partition of nearly every row');
  });
});
