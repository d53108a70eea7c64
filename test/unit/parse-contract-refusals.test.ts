import { describe, expect, it } from 'vitest';
import { contract, refusal, type Words, withField } from './contract-case.ts';

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
    [{ format: 'parquet' }, `${r}.format: "parquet" is not supported yet: write "csv" or "json" or`],
    [
      { encoding: 'latin-2' },
      `${r}.encoding: the encoding "latin-2" is not supported. Did you mean "latin-1"?`,
    ],
    [{ encoding: 'shift_jis' }, `Write one of utf-8, iso-8859-1, latin-1, windows-1252, utf-16`],
    [{ compression: 'gz' }, `${r}.compression: "compression" is not supported yet`],
    [{ data: [] }, `${r}.data: "data" is not supported yet`],
    [{ maxRejectedRatio: 1.5 }, `${r}.maxRejectedRatio: 1.5 cannot stand here`],
    [
      { maxRejectedRatio: '1%' },
      `${r}.maxRejectedRatio: "1%" cannot stand here: it must be a number from 0 to 1`,
    ],
    [{ maxRejectedRows: -1 }, `${r}.maxRejectedRows: -1 cannot stand here`],
    [{ maxRejectedRows: 0.5 }, `${r}.maxRejectedRows: 0.5 is not a whole number`],
    [{ partitonBy: [] }, 'Did you mean "partitionBy"?'],
    [{ schema: 'schema.json' }, `${r}.schema: a schema in another file ("schema.json") is not supported yet`],
    [{ dialect: 'd.json' }, `${r}.dialect: a dialect in another file ("d.json") is not supported yet`],
    [{ dialect: { lineTerminator: '|' } }, `${r}.dialect.lineTerminator: "|" is not supported yet`],
    [{ dialect: { delimiter: '||' } }, `${r}.dialect.delimiter: "||" is not one printable ASCII character`],
    [{ dialect: { delimiter: 'ä' } }, `${r}.dialect.delimiter: "ä" is not one`],
    [{ dialect: { escapeChar: ',' } }, `${r}.dialect.escapeChar: "," is the delimiter too`],
    [{ dialect: { commentChar: '##' } }, `${r}.dialect.commentChar: "##" is not one printable`],
    [{ dialect: { headerRows: [1, 3] } }, `${r}.dialect.headerRows: [1,3]: only rows that follow each other`],
    [{ dialect: { headerRows: [] } }, `${r}.dialect.headerRows: [] cannot stand here`],
    [{ dialect: { header: false, headerRows: [2] } }, `${r}.dialect.headerRows: the file has no header`],
    [{ dialect: { nullSequence: 'a,b' } }, `${r}.dialect.nullSequence: "a,b" holds ","`],
    [
      { dialect: { delimiter: ' ', skipInitialSpace: true } },
      `${r}.dialect.skipInitialSpace: blanks that are skipped`,
    ],
    [{ dialect: { commentRows: [1] } }, `${r}.dialect.commentRows: "commentRows" is not supported yet`],
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
    ...['geopoint', 'geojson', 'duration', 'list'].map((type): [Words, string] => [
      { type },
      `${f}.type: the type "${type}" is not supported`,
    ]),
    [{ type: 'interger' }, `${f}.type: "interger" is no type. Did you mean "integer"?`],
    [{ name: '' }, `${f}.name: a field needs a name`],
    [{ name: 'a\0' }, `${f}.name: "a\\u0000" holds a NUL character`],
    [{ name: '_Sluice_source' }, `${f}.name: "_Sluice_source": names that begin with "_sluice" are reserved`],
    [{ name: 'File_Index' }, `${f}.name: "File_Index" is a name that the engine uses itself`],
    [{ name: 'file_row_number' }, `${f}.name: "file_row_number" is a name that the engine uses itself`],
    [{ groupChar: ',' }, `${f}.groupChar: "groupChar" is for fields of type integer and number`],
    [{ type: 'integer', decimalChar: ',' }, `${f}.decimalChar: "decimalChar" is for fields of type number`],
    [{ bareNumber: false }, `${f}.bareNumber: "bareNumber" is for fields of type integer and number`],
    [{ type: 'number', groupChar: '.' }, `${f}.groupChar: "." is the decimalChar too, by default`],
    [
      { type: 'number', groupChar: ',', decimalChar: ',' },
      `${f}.groupChar: "," is the decimalChar too, as it says`,
    ],
    [{ type: 'number', decimalChar: '::' }, `${f}.decimalChar: "::": it must be one character`],
    [{ type: 'integer', groupChar: '-' }, `${f}.groupChar: "-": it must be one character, no letter`],
    [{ type: 'integer', groupChar: '' }, `${f}.groupChar: "": it must be one character`],
    [
      { format: 'emial' },
      `${f}.format: the format "emial" of type string is not supported: write "default" or "email"`,
    ],
    [
      { type: 'integer', format: 'x' },
      `${f}.format: the format "x" of type integer is not supported: write "default"`,
    ],
    [{ type: 'year', format: '%Y' }, 'of type year is not supported'],
    [{ floatNumber: true }, `${f}.floatNumber: "floatNumber" is no word of a contract here`],
    [{ categories: ['a'] }, `${f}.categories: "categories" is not supported yet`],
    [{ missingValues: [{ value: '-', label: 'none' }] }, 'is not a text in quotes'],
    [{ type: 'date', format: '%d/%m' }, `${f}.format: the format "%d/%m": it names no year`],
    [{ type: 'date', format: '%Y-%m' }, 'it names no whole day'],
    [{ type: 'date', format: '%Y-%m-%d %H' }, '"%H" is not supported; write'],
    [{ type: 'date', format: 'iso' }, 'it is neither of "default"'],
    [{ type: 'datetime', format: '%Y-%m-%d' }, 'it names no hour'],
    [{ type: 'datetime', format: '%Y-%jT%H' }, '"%j" is not supported; write'],
    [{ type: 'datetime', format: '%Y-%m-%d %Z %H' }, '"%Z" is not supported; write'],
    [{ type: 'datetime', format: '%Y-%m-%d %H %p' }, '%H and %p could contradict one another'],
    [{ type: 'date', format: '%Y %y-%m-%d' }, '%Y and %y could contradict one another'],
    [{ type: 'date', format: '%Y-%m-%d %d' }, '%d and %d could contradict one another'],
    [{ type: 'time', format: '%M:%S' }, 'it names no hour'],
    [{ type: 'time', format: '%Y %H' }, '"%Y" is not supported; write'],
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
    [{ type: 'object' }, { unique: true }, `${c}.unique: "unique" of type object is not supported`],
    [{ type: 'array' }, { enum: ['[]'] }, `${c}.enum: "enum" of type array is not supported`],
    [{ type: 'any' }, { minLength: 1 }, `${c}.minLength: "minLength" does not fit the type any`],
    [{ type: 'boolean' }, { minimum: false }, `${c}.minimum: "minimum" does not fit the type boolean`],
    [{}, { exclusiveMaximum: 'x' }, `${c}.exclusiveMaximum: "exclusiveMaximum" does not fit the type string`],
    [
      { type: 'integer' },
      { exclusiveMinimum: 3, maximum: 3 },
      `${c}.exclusiveMinimum: no value is between the exclusiveMinimum 3 and the maximum 3`,
    ],
    [
      { type: 'time' },
      { minimum: '12:00', maximum: '13:00:00' },
      `${c}.minimum: "12:00" is not a time of day`,
    ],
    [{ type: 'time' }, { minimum: '12:00:01', maximum: '12:00:00.5' }, 'the minimum 12:00:01 is above'],
    [{ type: 'year' }, { minimum: 24 }, `${c}.minimum: 24 is not a year: write its four digits`],
    [{ type: 'year' }, { minimum: 2025, maximum: '2024' }, 'the minimum 2025 is above the maximum 2024'],
    [
      { type: 'yearmonth' },
      { minimum: '2024-13' },
      `${c}.minimum: "2024-13" is not a month: write "YYYY-MM"`,
    ],
    [{ format: 'uuid' }, { enum: ['x'] }, `${c}.enum[0]: "x" is not a text of the format uuid`],
    [
      { type: 'number', decimalChar: ',' },
      { minimum: '0.5' },
      `${c}.minimum: "0.5" is not a number that fits decimal(38,9)`,
    ],
    [
      { type: 'date', format: '%d/%m/%Y' },
      { minimum: '31/02/2024' },
      `${c}.minimum: "31/02/2024" is not a day that exists: write "YYYY-MM-DD" or %d/%m/%Y`,
    ],
    [{}, { pattern: '\\i\\c*' }, 'the XML name classes'],
    [{}, { pattern: '[a-z-[aeiou]]' }, 'the subtraction of classes'],
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
    [{ type: 'number' }, { minimum: '1e-10' }, `${c}.minimum: "1e-10" is not a number that fits`],
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

  it.each<[Words, string]>([
    [{}, 'foreignKeys[0].fields: "fields" is missing'],
    [{ fields: 'x', reference: { fields: 'id' } }, 'foreignKeys[0].fields: "x" is no field of this resource'],
    [{ fields: ['id', 'id'], reference: { fields: ['id', 'when'] } }, 'fields[1]: "id" stands there twice'],
    [
      { fields: 'id', reference: { resource: 'sale', fields: 'id' } },
      'foreignKeys[0].reference.resource: "sale" is no resource of this package. Did you mean "sales"?',
    ],
    [
      { fields: 'id', reference: { resource: 'sales', fields: 'no' } },
      'foreignKeys[0].reference.fields: "no" is no field of this resource. Name one of its fields',
    ],
    [
      { fields: 'id', reference: { resource: '', fields: ['id', 'when'] } },
      'reference.fields: it names 2 fields and "fields" names 1',
    ],
    [
      { fields: 'id', reference: { fields: 'when' } },
      'sales.id is of type integer, and sales.when of type date: their values are never equal',
    ],
    [
      { fields: 'id', reference: { fields: 'id', datapackage: 'x' } },
      'reference.datapackage: "datapackage" is no word of a contract here',
    ],
  ])('the foreign key %j', (key, message) => {
    expect(refusal(contract({}, { foreignKeys: [key] }))).toContain(message);
  });

  it('a decimalChar where JSON writes the numbers, and keys of JSON texts', () => {
    const fields = [{ name: 'a', type: 'number', decimalChar: ',' }];
    expect(refusal(contract({ format: 'json' }, { fields }))).toContain(
      'fields[0].decimalChar: numbers in JSON have the point "."',
    );
    expect(refusal(contract({}, { fields: [{ name: 'a', type: 'object' }], primaryKey: 'a' }))).toContain(
      'primaryKey: a is of type object, which cannot be a key',
    );
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
