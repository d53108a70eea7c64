import { describe, expect, it } from 'vitest';
import { refusal, type Words, withField } from './contract-case.ts';

const f = 'shop/datapackage.json, resources[0].schema.fields[1]';
const c = `${f}.constraints`;

describe('parseContract refuses', () => {
  it.each<[Words, string]>([
    ...['geopoint', 'geojson', 'duration', 'list'].map((type): [Words, string] => [
      { type },
      `${f}.type: the type "${type}" is not supported`,
    ]),
    [{ type: 'interger' }, `${f}.type: "interger" is not a type. Did you mean "integer"?`],
    [{ name: '' }, `${f}.name: a field needs a name`],
    [{ name: 'a\0' }, `${f}.name: "a\\u0000" contains a NUL character`],
    [
      { name: '_Sluice_source' },
      `${f}.name: "_Sluice_source": names that start with "_sluice" are reserved: use another name`,
    ],
    [{ name: 'File_Index' }, `${f}.name: "File_Index" is reserved by DuckDB`],
    [{ name: 'file_row_number' }, `${f}.name: "file_row_number" is reserved by DuckDB`],
    [{ groupChar: ',' }, `${f}.groupChar: "groupChar" applies to fields of type integer and number`],
    [
      { type: 'integer', decimalChar: ',' },
      `${f}.decimalChar: "decimalChar" applies to fields of type number`,
    ],
    [{ bareNumber: false }, `${f}.bareNumber: "bareNumber" applies to fields of type integer and number`],
    [{ type: 'number', groupChar: '.' }, `${f}.groupChar: "." is also the decimalChar by default`],
    [
      { type: 'number', groupChar: ',', decimalChar: ',' },
      `${f}.groupChar: "," is also the decimalChar: change one`,
    ],
    [{ type: 'number', decimalChar: '::' }, `${f}.decimalChar: "::": it must be one character`],
    [{ type: 'integer', groupChar: '-' }, `${f}.groupChar: "-": it must be one character, but not a letter`],
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
    [{ floatNumber: true }, `${f}.floatNumber: "floatNumber" is not a known contract property here`],
    [{ categories: ['a'] }, `${f}.categories: "categories" is not supported yet`],
    [{ missingValues: [{ value: '-', label: 'none' }] }, 'is not a text in quotes'],
    [{ type: 'date', format: '%d/%m' }, `${f}.format: the format "%d/%m": it has no year`],
    [{ type: 'date', format: '%Y-%m' }, 'it has no full date'],
    [{ type: 'date', format: '%Y-%m-%d %H' }, '"%H" is not supported; write'],
    [{ type: 'date', format: 'iso' }, 'write "default"'],
    [{ type: 'datetime', format: '%Y-%m-%d' }, 'it has no hour'],
    [{ type: 'datetime', format: '%Y-%jT%H' }, '"%j" is not supported; write'],
    [{ type: 'datetime', format: '%Y-%m-%d %Z %H' }, '"%Z" is not supported; write'],
    [{ type: 'datetime', format: '%Y-%m-%d %H %p' }, '%H and %p could contradict each other'],
    [{ type: 'date', format: '%Y %y-%m-%d' }, '%Y and %y could contradict each other'],
    [{ type: 'date', format: '%Y-%m-%d %d' }, '%d and %d could contradict each other'],
    [{ type: 'time', format: '%M:%S' }, 'it has no hour'],
    [{ type: 'time', format: '%Y %H' }, '"%Y" is not supported; write'],
    [{ type: 'integer', precision: 3 }, `${f}.precision: "precision" applies to fields of type number`],
    [{ type: 'number', precision: 3 }, `${f}.scale: "scale" is missing`],
    [{ type: 'number', scale: 3 }, `${f}.precision: "precision" is missing`],
    [{ type: 'number', precision: 39, scale: 1 }, `${f}.precision: 39 is not allowed here`],
    [{ type: 'number', precision: 3, scale: 4 }, `${f}.scale: the scale 4 is above the precision 3`],
    [{ type: 'number', precision: 3, scale: 1.5 }, `${f}.scale: 1.5 is not a whole number`],
    [
      { type: 'number', double: true, scale: 1 },
      `${f}.double: a binary floating point number has no precision`,
    ],
    [{ timezone: 'UTC' }, `${f}.timezone: "timezone" applies to fields of type datetime`],
    [{ type: 'datetime', timezone: 'Nowhere' }, `${f}.timezone: "Nowhere" is not a time zone`],
    [{ trueValues: ['x'] }, `${f}.trueValues: "trueValues" applies to fields of type boolean`],
    [{ type: 'boolean', trueValues: ['0'] }, `${f}.trueValues: "0" is also in falseValues`],
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
    [{ type: 'year' }, { minimum: 24 }, `${c}.minimum: 24 is not a year: write four digits`],
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
      `${c}.minimum: "31/02/2024" is not a valid date: write "YYYY-MM-DD" or %d/%m/%Y`,
    ],
    [{}, { pattern: '\\i\\c*' }, 'the XML name classes'],
    [{}, { pattern: '[a-z-[aeiou]]' }, 'the subtraction of classes'],
    [{}, { jsonSchema: {} }, `${c}.jsonSchema: "jsonSchema" is not supported yet`],
    [{}, { minimum: 'a' }, `${c}.minimum: "minimum" does not fit the type string`],
    [{ type: 'number' }, { minLength: 1 }, `${c}.minLength: "minLength" does not fit the type number`],
    [{ type: 'integer' }, { pattern: '1' }, `${c}.pattern: "pattern" does not fit the type integer`],
    [{}, { minLength: 3, maxLength: 2 }, `${c}.minLength: the minLength 3 is above the maxLength 2`],
    [{}, { minLength: -1 }, `${c}.minLength: -1 is not allowed here`],
    [{}, { pattern: '(?=a)' }, `${c}.pattern: "(?=a)": lookahead and lookbehind`],
    [{}, { pattern: '(?<!a)b' }, 'lookahead and lookbehind'],
    [{}, { pattern: '(a)\\1' }, 'backreferences'],
    [{}, { pattern: 'a++' }, 'possessive'],
    [{}, { enum: [] }, `${c}.enum: [] is not allowed here`],
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
    [{ type: 'date' }, { minimum: '2024-02-30' }, `${c}.minimum: "2024-02-30" is not a valid date`],
    [{ type: 'date' }, { minimum: 20240101 }, `${c}.minimum: 20240101 is not a valid date`],
    [{ type: 'date' }, { minimum: '2024-01-02', maximum: '2024-01-01' }, 'the minimum 2024-01-02 is above'],
    [
      { type: 'datetime' },
      { minimum: '2024-01-01 00:00:00' },
      `${c}.minimum: "2024-01-01 00:00:00" is not a time`,
    ],
    [
      { type: 'datetime', timezone: 'Asia/Tokyo' },
      { minimum: '2024-01-01T00:00:00' },
      `with an offset (the field's zone is Asia/Tokyo)`,
    ],
    [{ type: 'boolean' }, { enum: ['yes'] }, `${c}.enum[0]: "yes" is not a boolean`],
  ])('the field %j with the constraints %j', (field, constraints, message) => {
    expect(refusal(withField({ ...field, constraints }))).toContain(message);
  });
});
