import { describe, expect, it } from 'vitest';
import { parsed, parsedField, type Words, withField } from './contract-case.ts';

describe('parseContract', () => {
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
});
