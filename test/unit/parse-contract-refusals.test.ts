import { describe, expect, it } from 'vitest';
import { contract, refusal, type Words } from './contract-case.ts';

const r = 'shop/datapackage.json, resources[0]';
const f = `${r}.schema.fields[1]`;

describe('parseContract refuses', () => {
  it.each([
    ['{\n  "a": 1,\n}', 'shop/datapackage.json, line 3, column 1: this is not JSON'],
    ['{"resources": [], "resources": 3}', 'column 20: this is not JSON: Duplicate key'],
    ['', 'line 1, column 1: this is not JSON'],
    ['3', '3 is not an object ({…})'],
    ['{}', 'resources: "resources" is missing'],
    ['{"resources": []}', 'resources: [] is not allowed here'],
  ])('the text %j', (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it.each<[Words, string]>([
    [{ uniqueKeys: [] }, `${r}.schema.uniqueKeys: "uniqueKeys" is not supported yet`],
    [
      { primryKey: 'id' },
      `${r}.schema.primryKey: "primryKey" is not a known contract property here. Did you mean "primaryKey"?`,
    ],
    [
      { primaryKey: 'ids' },
      `${r}.schema.primaryKey: "ids" is not a field of this resource. Did you mean "id"?`,
    ],
    [{ primaryKey: ['id', 'id'] }, `${r}.schema.primaryKey[1]: "id" is listed twice`],
    [
      { primaryKey: 3 },
      `${r}.schema.primaryKey: 3 is not allowed here: it must be a field name or a list of them`,
    ],
    [{ missingValues: [null] }, `${r}.schema.missingValues[0]: null is not a text in quotes`],
    [{ fields: [] }, `${r}.schema.fields: [] is not allowed here`],
    [{ fields: [{ name: 'a' }, { name: 'A' }] }, `${f}.name: "A" and "a" are the same name in SQL`],
    [
      { fields: [{ name: 'a' }, { name: 'b', header: 'a' }] },
      `${f}.header: the column "a" already fills the field "a"`,
    ],
  ])('the schema %j', (schema, message) => {
    expect(refusal(contract({}, schema))).toContain(message);
  });

  it.each<[Words, string]>([
    [{ name: '1a' }, `${r}.name: "1a" cannot be a table name`],
    [{ name: 'a-b' }, `${r}.name: "a-b" cannot be a table name`],
    [{ name: 'a'.repeat(129) }, `cannot be a table name`],
    [{ name: 'This' }, `${r}.name: "this" is the name of the computed rows in audits`],
    [{ name: undefined }, `${r}.name: "name" is missing`],
    [{ path: ['a.csv'] }, `${r}.path: a list of paths is not supported yet`],
    [{ path: '/a/*.csv' }, `${r}.path: "/a/*.csv": it starts with "/"`],
    [{ path: 'a/../*.csv' }, '".."'],
    [{ path: 'a\\*.csv' }, `${r}.path: "a\\\\*.csv": it contains "\\"`],
    [{ path: 'https://x/a.csv' }, 'it is a URL'],
    [{ path: 'a/*.parquet' }, `${r}.format: "format" is missing`],
    [{ format: 'parquet' }, `${r}.format: "parquet" is not supported yet: write "csv" or "json" or`],
    // Another number is another alphabet: no name is suggested.
    [
      { encoding: 'windows-1259' },
      `${r}.encoding: the encoding "windows-1259" is not supported. Write one of utf-8, iso-8859-1, windows-1252, utf-16`,
    ],
    [{ encoding: 'latin-11' }, `the encoding "latin-11" is not supported. Write one of`],
    [
      { encoding: 'windos-1250' },
      `the encoding "windos-1250" is not supported. Did you mean "windows-1250"? Write`,
    ],
    [{ encoding: 'iso-2022-kr' }, `the encoding "iso-2022-kr" is not supported. Write`],
    [{ encoding: 'iso-8859-16' }, `the encoding "iso-8859-16" is not supported. Write`],
    [{ compression: 'gz' }, `${r}.compression: "compression" is not supported yet`],
    [{ data: [] }, `${r}.data: "data" is not supported yet`],
    [{ maxRejectedRatio: 1.5 }, `${r}.maxRejectedRatio: 1.5 is not allowed here`],
    [{ skipRows: 'Total' }, `${r}.skipRows: "Total" is not allowed here: it must be {"startsWith": text}`],
    [{ skipRows: [] }, `${r}.skipRows: [] is not allowed here: `],
    [{ skipRows: { startsWith: '' } }, `${r}.skipRows.startsWith: "" is not allowed here: `],
    [
      { skipRows: { startsWith: 'a', pattern: 'b' } },
      `${r}.skipRows.pattern: "pattern" is not a known contract property here`,
    ],
    [
      { skipRows: { blank: false } },
      `${r}.skipRows: {"blank":false} is not allowed here: it must be {"startsWith": text}, `,
    ],
    [
      { skipRows: [{ startsWith: 'a' }, { field: 'ids', pattern: 'x' }] },
      `${r}.skipRows[1].field: "ids" is not a field of this resource. Did you mean "id"?`,
    ],
    [{ skipRows: { field: 'id', pattern: '\\i' } }, `${r}.skipRows.pattern: "\\\\i"`],
    [{ skipRows: [{ blank: true }, { blank: true }] }, `${r}.skipRows[1]: {"blank":true} is listed twice`],
    [
      { format: 'json', skipRows: { startsWith: 'Total' } },
      `${r}.skipRows.startsWith: "startsWith" looks at the cells of a CSV record or a sheet's row, and the format is "json": use {"field"`,
    ],
    [
      { format: 'ndjson', skipRows: [{ blank: true }] },
      `${r}.skipRows[0].blank: "blank" looks at the cells of a CSV record or a sheet's row, and the format is "ndjson"`,
    ],
    [
      { format: 'json', footerRows: 1 },
      `${r}.footerRows: only a CSV file or a sheet has a footer, and the format is "json"`,
    ],
    [{ footerRows: 0 }, `${r}.footerRows: 0 is not allowed here`],
    [{ footerRows: 1.5 }, `${r}.footerRows: 1.5 is not a whole number`],
    [
      { maxRejectedRatio: '1%' },
      `${r}.maxRejectedRatio: "1%" is not allowed here: it must be a number from 0 to 1`,
    ],
    [{ maxRejectedRows: -1 }, `${r}.maxRejectedRows: -1 is not allowed here`],
    [{ maxRejectedRows: 0.5 }, `${r}.maxRejectedRows: 0.5 is not a whole number`],
    [{ partitonBy: [] }, 'Did you mean "partitionBy"?'],
    [{ schema: 'schema.json' }, `${r}.schema: a schema in another file ("schema.json") is not supported yet`],
    [{ dialect: 'd.json' }, `${r}.dialect: a dialect in another file ("d.json") is not supported yet`],
    [{ dialect: { lineTerminator: '|' } }, `${r}.dialect.lineTerminator: "|" is not supported yet`],
    [{ dialect: { delimiter: '||' } }, `${r}.dialect.delimiter: "||" is not one printable ASCII character`],
    [{ dialect: { delimiter: 'ä' } }, `${r}.dialect.delimiter: "ä" is not one`],
    [{ dialect: { escapeChar: ',' } }, `${r}.dialect.escapeChar: "," is also the delimiter`],
    [{ dialect: { commentChar: '##' } }, `${r}.dialect.commentChar: "##" is not one printable`],
    [{ dialect: { headerRows: [1, 3] } }, `${r}.dialect.headerRows: [1,3]: only consecutive rows`],
    [{ dialect: { headerRows: [] } }, `${r}.dialect.headerRows: [] is not allowed here`],
    [{ dialect: { header: false, headerRows: [2] } }, `${r}.dialect.headerRows: the file has no header`],
    [{ dialect: { nullSequence: 'a,b' } }, `${r}.dialect.nullSequence: "a,b" contains ","`],
    [
      { dialect: { delimiter: ' ', skipInitialSpace: true } },
      `${r}.dialect.skipInitialSpace: skipped spaces cannot also be`,
    ],
    [{ dialect: { commentRows: [1] } }, `${r}.dialect.commentRows: "commentRows" is not supported yet`],
    [{ dialect: { delimiter: '"' } }, `${r}.dialect.quoteChar: "\\"" is also the delimiter`],
    [
      { format: 'json', dialect: { delimiter: ';' } },
      `${r}.dialect.delimiter: this property applies only to the format "csv", and this is "json": remove it`,
    ],
    [{ innerPath: '' }, `${r}.innerPath: "": it is empty`],
    [{ innerPath: '/a' }, `${r}.innerPath: "/a": it starts with "/"; write it relative to the archive's top`],
    [{ innerPath: 3 }, `${r}.innerPath: 3 is not a text in quotes`],
    [{ levels: ['id'] }, `${r}.levels: levels apply only to the format "json"`],
    [{ format: 'json', levels: ['x'] }, `${r}.levels[0]: "x" is not a field`],
    [{ format: 'json', levels: ['id', 'id'] }, `${r}.levels[1]: "id" is listed twice`],
    [{ timezone: 'Mars/Base' }, `${r}.timezone: "Mars/Base" is not a time zone`],
    [{ timezone: '+01:00' }, `${r}.timezone: "+01:00" is not a time zone`],
    [{ mode: 'merge' }, `${r}.mode: "merge" is not supported yet: write "append" or "replace" or "upsert"`],
    [{ mode: 'upsert' }, `${r}.mode: "upsert" replaces rows by their key: add schema.primaryKey`],
    [{ extraColumns: 'keep' }, `${r}.extraColumns: "keep" is not supported yet`],
    [
      { duplicates: 'merge' },
      `${r}.duplicates: "merge" is not supported yet: write "warn" or "reject" or "allow"`,
    ],
    [
      { mode: 'replace', duplicates: 'reject' },
      `${r}.duplicates: in mode "replace" the same rows under another name always count once`,
    ],
    [{ onDelete: 'no' }, `${r}.onDelete: "no" is not supported yet`],
    [{ partitionBy: 'id' }, `${r}.partitionBy: "id" is not a list`],
    [
      { partitionBy: ['ix'] },
      `${r}.partitionBy[0]: "ix" is not a field of this resource. Did you mean "id"?`,
    ],
    [{ partitionBy: ['id', 'id'] }, `${r}.partitionBy[1]: the partition column "id" is listed twice`],
    [{ partitionBy: ['id', 'when', 'note'] }, `${r}.partitionBy: every field is a partition column`],
    [
      { partitionBy: [{ field: 'id', transform: 'day' }] },
      `${r}.partitionBy[0]: "day" applies to date and datetime, but id is of type integer`,
    ],
    [
      { partitionBy: [{ field: 'when', transform: 'week' }] },
      `${r}.partitionBy[0]: {"field":"when","transform":"week"} is not allowed here`,
    ],
  ])('the resource %j', (resource, message) => {
    expect(refusal(contract(resource))).toContain(message);
  });

  it.each<[Words, Words, string]>([
    [
      { fieldsMatch: 'equals' },
      {},
      `${r}.schema.fieldsMatch: "equals" is not allowed here: it must be "exact" or "equal" or "subset" or "superset" or "partial"`,
    ],
    [
      { fieldsMatch: ['equal', 'exact'] },
      {},
      `${r}.schema.fieldsMatch: ["equal","exact"] is not allowed here`,
    ],
    [
      { fieldsMatch: 'equal' },
      { extraColumns: 'ignore' },
      `${r}.extraColumns: "ignore" contradicts fieldsMatch "equal", which rejects extra columns: remove one of them`,
    ],
    [
      { fieldsMatch: 'subset' },
      { extraColumns: 'reject' },
      `${r}.extraColumns: "reject" contradicts fieldsMatch "subset", which allows extra columns`,
    ],
    [
      { fieldsMatch: 'equal' },
      { dialect: { header: false } },
      `${r}.schema.fieldsMatch: "equal" compares column names, but with "dialect.header": false the file has none: write "exact"`,
    ],
  ])('the schema with %j and the resource %j', (schema, resource, message) => {
    expect(refusal(contract(resource, schema))).toContain(message);
  });

  it.each<[Words, string]>([
    [{}, 'foreignKeys[0].fields: "fields" is missing'],
    [
      { fields: 'x', reference: { fields: 'id' } },
      'foreignKeys[0].fields: "x" is not a field of this resource',
    ],
    [{ fields: ['id', 'id'], reference: { fields: ['id', 'when'] } }, 'fields[1]: "id" is listed twice'],
    [
      { fields: 'id', reference: { resource: 'sale', fields: 'id' } },
      'foreignKeys[0].reference.resource: "sale" is not a resource of this package. Did you mean "sales"?',
    ],
    [
      { fields: 'id', reference: { resource: 'sales', fields: 'no' } },
      'foreignKeys[0].reference.fields: "no" is not a field of this resource. Name one of its fields',
    ],
    [
      { fields: 'id', reference: { resource: '', fields: ['id', 'when'] } },
      'reference.fields: it has 2 fields and "fields" has 1',
    ],
    [
      { fields: 'id', reference: { fields: 'when' } },
      'sales.id is of type integer, but sales.when is of type date: their values are never equal',
    ],
    [
      { fields: 'id', reference: { fields: 'id', datapackage: 'x' } },
      'reference.datapackage: "datapackage" is not a known contract property here',
    ],
  ])('the foreign key %j', (key, message) => {
    expect(refusal(contract({}, { foreignKeys: [key] }))).toContain(message);
  });

  it('a decimalChar where JSON writes the numbers, and keys of JSON texts', () => {
    const fields = [{ name: 'a', type: 'number', decimalChar: ',' }];
    expect(refusal(contract({ format: 'json' }, { fields }))).toContain(
      'fields[0].decimalChar: numbers in JSON always have the decimal point "."',
    );
    expect(refusal(contract({}, { fields: [{ name: 'a', type: 'object' }], primaryKey: 'a' }))).toContain(
      'primaryKey: a is of type object, which cannot be a key',
    );
  });

  it('two resources of one name, and columns that a partition would derive twice', () => {
    const two = JSON.parse(contract());
    two.resources.push({ ...two.resources[0], name: 'SALES' });
    expect(refusal(JSON.stringify(two))).toContain(
      'resources[0].name: "sales" is also the name of resources[1]',
    );
    const fields = [
      { name: 'Year', type: 'integer' },
      { name: 'when', type: 'date' },
      { name: 'size', type: 'number' },
    ];
    const by = (partitionBy: unknown) => refusal(contract({ partitionBy }, { fields }));
    expect(by([{ field: 'when', transform: 'year' }])).toContain(
      'partition by the field Year, rename it, or give the column another "name"',
    );
    expect(by(['size'])).toContain(
      'size is of type number, which would create a partition for nearly every row',
    );
  });
});
