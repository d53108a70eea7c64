import { describe, expect, it } from 'vitest';
import { contract, parse, parsed, parsedField, refusal, type Words, withField } from './contract-case.ts';

const f = 'shop/datapackage.json, resources[0].schema.fields[1]';

describe('lists of headers and formats', () => {
  it('are one word where they have one entry, with the same hash', () => {
    const one = parsed(withField({ type: 'date', format: '%d.%m.%Y', header: 'day' }));
    expect(parsed(withField({ type: 'date', format: ['%d.%m.%Y'], header: ['day'] }))).toEqual(one);
  });

  it('keep the others apart', () => {
    expect(
      parsedField({ type: 'date', format: ['%d.%m.%Y', 'any'], header: ['a1', 'a2', 'a3'] }),
    ).toMatchObject({
      format: '%d.%m.%Y',
      otherFormats: ['any'],
      header: 'a1',
      otherHeaders: ['a2', 'a3'],
    });
  });

  it.each<[Words, string]>([
    [{ header: [] }, `${f}.header: [] is not allowed here: too small`],
    [{ header: ['a', ''] }, `${f}.header[1]: "" is not allowed here: too small`],
    [{ header: 5 }, `${f}.header: 5 is not allowed here: it must be a column name or a list of column names`],
    [{ header: ['x', 'y', 'x'] }, `${f}.header[2]: "x" is listed twice: remove one`],
    [{ header: ['f', 'a'] }, `${f}.header: the column "a" already fills the field "a": use another header`],
    [{ type: 'date', format: [] }, `${f}.format: [] is not allowed here: too small`],
    [
      { type: 'date', format: 5 },
      `${f}.format: 5 is not allowed here: it must be a format or a list of formats`,
    ],
    [{ type: 'date', format: ['any', 'any'] }, `${f}.format[1]: "any" is listed twice: remove one`],
    [{ type: 'date', format: ['any', '%Y'] }, `${f}.format[1]: the format "%Y": it has no full date`],
    [
      { format: ['email', 'uuid'] },
      `${f}.format: a list of formats is for the types date, datetime and time`,
    ],
    [{ type: 'number', format: ['default'] }, 'but this field is of type number: write one format'],
    [
      { type: 'time', format: Array.from({ length: 11 }, (_, i) => `%H${i}`) },
      `${f}.format: 11 formats are too many, at most 10 are allowed`,
    ],
    [
      { type: 'date', format: ['%d/%m/%Y', '%m/%d/%Y'] },
      `${f}.format[1]: "%d/%m/%Y" reads "01/02/2024" as 2024-02-01, and "%m/%d/%Y" as 2024-01-02: remove one of them`,
    ],
    [
      { type: 'datetime', format: ['epoch', 'epoch-ms'] },
      `"epoch" reads "1" as 1970-01-01T00:00:01Z, and "epoch-ms" as 1970-01-01T00:00:00.001Z`,
    ],
    [{ type: 'datetime', format: ['epoch', '%Y%m%d%H'] }, `${f}.format[1]: "epoch" reads`],
    [
      { type: 'datetime', timezone: 'Europe/Berlin', format: ['default', '%Y-%m-%dT%H:%M:%SZ'] },
      `"default" reads "2024-01-01T01:00:00Z" as 2024-01-01T01:00:00Z, and "%Y-%m-%dT%H:%M:%SZ" as 2024-01-01T01:00:00: remove`,
    ],
    [
      { type: 'datetime', format: ['any', '%Y-%m-%d 24:%H'] },
      `"any" reads "2024-01-01 24:00" as 2024-01-02T00:00:00Z, and "%Y-%m-%d 24:%H" as 2024-01-01T00:00:00Z`,
    ],
    [{ type: 'time', format: ['%H:%M', '%M:%H'] }, `${f}.format[1]: "%H:%M" reads "00:01"`],
  ])('%j is refused', (field, message) => {
    expect(refusal(withField(field))).toContain(message);
  });

  it.each<[Words]>([
    [{ type: 'date', format: ['default', '%d.%m.%Y', '%Y%m%d', '%d.%m.%y', '%d %b %Y', '%d %B %Y'] }],
    [{ type: 'date', format: ['%Y-%m-%d', 'any'] }],
    [{ type: 'datetime', format: ['any', '%Y-%m-%d %H:%M', '%d.%m.%Y %H:%M:%S%z', 'epoch'] }],
    [{ type: 'datetime', format: ['default', '%Y-%m-%dT%H:%M:%SZ'] }],
    [{ type: 'datetime', format: ['%Y%m%d%H%M%S', 'epoch'] }],
    [{ type: 'time', format: ['%H:%M', '%I:%M %p', '%H:%M:%S'] }],
  ])('%j reads no text in two ways', (field) => {
    expect(parsedField(field).otherFormats).toEqual((field.format as string[]).slice(1));
  });

  it('headers are refused where the file has none', () => {
    const fields = [{ name: 'a', header: ['a', 'b'] }];
    expect(refusal(contract({ dialect: { header: false } }, { fields }))).toContain(
      'resources[0].schema.fields[0].header: the file has no column names ("dialect.header" is false)',
    );
  });

  it('headers are refused for what keys of levels fill', () => {
    const fields = [{ name: 'a', header: ['a', 'b'] }, { name: 'c' }];
    const words = contract({ path: 'a/*.json', levels: ['a'] }, { fields });
    expect(refusal(words)).toContain('a is filled by the keys of this level: remove its "header"');
  });
});

describe('epochs', () => {
  it.each<[Words, string]>([
    [
      { type: 'date', format: 'epoch' },
      `${f}.format: the format "epoch": it is an instant, and only a datetime`,
    ],
    [{ type: 'time', format: 'epoch-ms' }, `${f}.format: the format "epoch-ms": it is an instant`],
    [{ type: 'integer', format: 'epoch' }, `${f}.format: the format "epoch" is for the type datetime, but`],
    [{ format: 'epoch' }, `${f}.format: the format "epoch" of type string is not supported`],
    [
      { type: 'datetime', format: 'epoch-ns' },
      `${f}.format: the format "epoch-ns": write "default", "any", "epoch",`,
    ],
    [
      { type: 'datetime', format: 'epoch', timezone: 'Europe/Berlin' },
      `${f}.timezone: an epoch is the same in every time zone: remove "timezone"`,
    ],
    [
      { type: 'datetime', format: 'epoch', constraints: { minimum: '1700000000.1234567' } },
      `${f}.constraints.minimum: "1700000000.1234567" is not a time`,
    ],
  ])('%j is refused', (field, message) => {
    expect(refusal(withField(field))).toContain(message);
  });

  it.each<[string, unknown, string]>([
    ['epoch', 1700000000, '2023-11-14T22:13:20.000000Z'],
    ['epoch', '-1.5', '1969-12-31T23:59:58.500000Z'],
    ['epoch-ms', '1700000000123', '2023-11-14T22:13:20.123000Z'],
    ['epoch-us', 1700000000123456, '2023-11-14T22:13:20.123456Z'],
    ['epoch', '2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
  ])('%s: a limit of %s is %s', (format, minimum, text) => {
    expect(parsedField({ type: 'datetime', format, constraints: { minimum } }).constraints.minimum).toBe(
      text,
    );
  });
});

describe('offsets', () => {
  const limited = (format: string, minimum: string) =>
    withField({ type: 'datetime', format, constraints: { minimum } });

  it.each<[string, string, string]>([
    ['%d.%m.%Y %H:%M%z', '1.2.2024 9:05+02', '2024-02-01T09:05:00+02:00'],
    ['%d.%m.%Y %H:%M%z', '1.2.2024 9:05-0330', '2024-02-01T09:05:00-03:30'],
    ['%d.%m.%Y %z %H:%M', '1.2.2024 +02 9:05', '2024-02-01T09:05:00+02:00'],
    ['%Y-%m-%d %z%H:%M', '2024-02-01 +020015:30', '2024-02-01T15:30:00+02:00'],
  ])('of %s: %s is %s', (format, minimum, text) => {
    expect(parsed(limited(format, minimum)).fields[1]?.constraints.minimum).toBe(text);
  });

  it('have their minutes where digits follow: else +0215:30 would be read in two ways', () => {
    expect(refusal(limited('%Y-%m-%d %z%H:%M', '2024-02-01 +0215:30'))).toContain('is not a time');
  });
});

describe('negative and positive', () => {
  it.each<[Words, string]>([
    [{ negative: ['(1)'] }, `${f}.negative: "negative" applies to fields of type integer and number`],
    [
      { type: 'date', positive: ['1 DR'] },
      `${f}.positive: "positive" applies to fields of type integer and number`,
    ],
    [{ type: 'number', negative: [] }, `${f}.negative`],
    [{ type: 'number', negative: '(1)' }, `${f}.negative`],
    [
      { type: 'number', negative: ['CR'] },
      `${f}.negative[0]: "CR": it does not say how the sign is written: write`,
    ],
    [{ type: 'number', negative: ['1.00'] }, 'it does not say how the sign is written'],
    [{ type: 'number', negative: [' 1 '] }, 'it does not say how the sign is written'],
    [{ type: 'number', negative: ['(2.00)'] }, 'it does not say how the sign is written'],
    [{ type: 'number', negative: ['(1.000)'] }, `"(1.000)": it does not say how the sign is written`],
    [{ type: 'number', negative: ['1 of 5'] }, 'it does not say how the sign is written'],
    [{ type: 'number', negative: ['(1)²'] }, 'it has a further digit or a control character'],
    [{ type: 'number', negative: ['(\t1)'] }, 'it has a further digit or a control character'],
    [
      { type: 'number', negative: ['-1.00'] },
      '"-" before the digits always has its usual meaning: remove it',
    ],
    [{ type: 'number', negative: ['-'] }, '"-" before the digits always has its usual meaning'],
    [{ type: 'number', positive: ['+ 1.00'] }, '"+" before the digits always has its usual meaning'],
    [{ type: 'number', negative: ['1.'] }, '"." beside the digits would be part of the number'],
    [{ type: 'number', groupChar: ',', negative: ['1, CR', '1,'] }, '"," beside the digits would be part'],
    [
      { type: 'number', negative: ['(1)', '(1.00)'] },
      `${f}.negative[1]: "(1.00)" and "(1)" are the same form: remove one`,
    ],
    [{ type: 'number', negative: ['1 CR', '1CR'] }, `"1CR" and "1 CR" are the same form`],
    [
      { type: 'number', negative: ['(1)'], positive: ['1 DR', '( 1 )'] },
      `${f}.positive[1]: "( 1 )" is also negative ("(1)"): a number cannot be both, remove one`,
    ],
    [
      { type: 'number', bareNumber: false, negative: ['1.00 EUR'] },
      `${f}.negative[0]: "1.00 EUR" is a number without this form, and its sign is known: remove it`,
    ],
    [
      { type: 'number', bareNumber: false, negative: ['1-'], positive: ['€1-'] },
      `"€1-" is also negative ("1-"): a number cannot be both`,
    ],
    [
      { type: 'number', negative: Array.from({ length: 21 }, (_, i) => `1 ${String.fromCharCode(65 + i)}`) },
      `${f}.negative: 21 forms are too many, at most 20 are allowed`,
    ],
    [
      { type: 'number', groupChar: ' ', decimalChar: '\u202f' },
      `${f}.groupChar: " " stands for each kind of space, and the decimalChar is one of them: change one`,
    ],
    [{ type: 'number', groupChar: '\u202f\u202f' }, '"\\u202f\\u202f": it must be one character'],
  ])('%j is refused', (field, message) => {
    expect(refusal(withField(field))).toContain(message);
  });

  it('limits may be written in the forms', () => {
    const words = { type: 'number', groupChar: ' ', negative: ['(1.00)'], positive: ['1.00 DR'] };
    const constraints = { minimum: '(1\u202f234.50)', maximum: '5 DR' };
    expect(parsedField({ ...words, constraints }).constraints).toMatchObject({
      minimum: '-1234.50',
      maximum: '5',
    });
  });

  it('change the hash of their contract alone', () => {
    const { hash } = parsed(withField({ type: 'number' }));
    const hashes = [{ negative: ['(1)'] }, { positive: ['1 DR'] }].map(
      (words) => parse(withField({ type: 'number', ...words }))[0]?.hash,
    );
    expect(new Set([hash, ...hashes]).size).toBe(3);
  });
});
