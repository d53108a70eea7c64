import { describe, expect, it } from 'vitest';
import { fieldViolation, type Rule } from '../../lib/core/violation.ts';
import { parsed, type Words, withField } from './contract-case.ts';

function message(words: Words, rule: Rule, value: string | null): string {
  const dataset = parsed(withField(words));
  const field = dataset.fields[1];
  if (!field) throw new Error('no field');
  return fieldViolation(dataset, field, rule, value).message;
}

describe('the sentence of a violation', () => {
  it.each<[Words, string, string]>([
    [
      { type: 'number', precision: 9, scale: 2 },
      '1,5',
      'f: "1,5" is not a number (decimal point is ".", at most 7 digits before it and 2 after it)',
    ],
    [{ type: 'number', double: true }, 'x', 'f: "x" is not a number (decimal point is ".")'],
    [
      { type: 'number', double: true, decimalChar: ',', groupChar: '.', bareNumber: false },
      '-€5',
      'f: "-€5" is not a number (decimal point is ",", digits grouped in threes by ".", one sign right before the digits, around the number only blanks, %, currency signs and ISO 4217 codes): "-" may change the number',
    ],
    [
      { type: 'integer', bareNumber: false },
      '~ 5 of 6 EUR, 1 DR',
      'f: "~ 5 of 6 EUR, 1 DR" is not an integer (whole, within 64 bits, one sign right before the digits, around the number only blanks, %, currency signs and ISO 4217 codes): "~", "of", "," may change the number',
    ],
    [
      { type: 'number', double: true, bareNumber: false },
      '1.5.2',
      'f: "1.5.2" is not a number (decimal point is ".", one sign right before the digits, around the number only blanks, %, currency signs and ISO 4217 codes)',
    ],
    [
      { type: 'integer', groupChar: '\u00a0' },
      '1\u202f234\u200b',
      'f: "1\\u202f234\\u200b" is not an integer (whole, within 64 bits, digits grouped in threes by "\\u00a0")',
    ],
    [
      { type: 'integer', groupChar: ' ', negative: ['(1)', '1 CR'], positive: ['1 DR'] },
      '1\u2003234',
      'f: "1\\u2003234" is not an integer (whole, within 64 bits, digits grouped in threes by a space, negative also as "(1)" or "1 CR", positive also as "1 DR")',
    ],
    [
      { type: 'date', format: ['any', '%d.%m.%Y'] },
      'x\u200d👩‍🚀',
      'f: "x\u200d👩‍🚀" is not a date (YYYY-MM-DD, a day that exists; or format %d.%m.%Y)',
    ],
    [
      { type: 'datetime', format: ['epoch-ms', 'epoch-us'].slice(0, 1) },
      '1.1234',
      'f: "1.1234" is not a date and time (milliseconds, with at most three decimals, since 1970-01-01T00:00:00Z)',
    ],
    [{ type: 'integer' }, '1.5', 'f: "1.5" is not an integer (whole, within 64 bits)'],
    [
      { type: 'boolean', trueValues: ['y'], falseValues: ['n'] },
      'j',
      'f: "j" is not a boolean (one of "y", "n")',
    ],
    [{ type: 'date' }, '1.2.24', 'f: "1.2.24" is not a date (YYYY-MM-DD, a day that exists)'],
    [{ type: 'date', format: '%d/%m/%Y' }, 'x', 'f: "x" is not a date (format %d/%m/%Y)'],
    [
      { type: 'datetime' },
      'x',
      'f: "x" is not a date and time (YYYY-MM-DDTHH:MM:SS, at most six digits of a second, a time that exists in UTC)',
    ],
    [
      { type: 'datetime', format: '%d.%m.%Y %H:%M', timezone: 'Europe/Berlin' },
      '27.10.2024 02:30',
      'f: "27.10.2024 02:30" is not a date and time (format %d.%m.%Y %H:%M, a time that exists in Europe/Berlin, and only once where it has no offset)',
    ],
    [{ type: 'time' }, '9', 'f: "9" is not a time of day (HH:MM:SS, at most six digits of a second)'],
    [{ type: 'year' }, '24', 'f: "24" is not a year (YYYY)'],
    [{ type: 'yearmonth' }, '2024', 'f: "2024" is not a month (YYYY-MM)'],
    [{ type: 'object' }, '[]', 'f: "[]" is not a JSON object (valid by RFC 8259)'],
    [{ format: 'email' }, 'a', 'f: "a" is not an e-mail address (such as name@example.com)'],
    [{ format: 'uuid' }, 'a', 'f: "a" is not a UUID (8-4-4-4-12 hexadecimal digits)'],
  ])('of type %j about %j', (words, value, sentence) => {
    expect(message(words, 'type-error', value)).toBe(sentence);
  });

  it.each<[Words, Rule, string | null, string]>([
    [{ constraints: { required: true } }, 'required', null, 'f: the value is missing'],
    [{ constraints: { enum: ['a', 'b'] } }, 'enum', 'c', 'f: "c" is not one of "a", "b"'],
    [{ constraints: { pattern: 'x+' } }, 'pattern', 'y', 'f: "y" does not match the pattern x+'],
    [{ constraints: { minLength: 2 } }, 'minLength', 'y', 'f: "y" is shorter than 2 characters'],
    [
      { type: 'array', constraints: { maxLength: 1 } },
      'maxLength',
      '[1,2]',
      'f: "[1,2]" is longer than 1 items',
    ],
    [
      { type: 'object', constraints: { minLength: 1 } },
      'minLength',
      '{}',
      'f: "{}" is shorter than 1 members',
    ],
    [{ type: 'integer', constraints: { minimum: 3 } }, 'minimum', '2', 'f: "2" is below the minimum 3'],
    [
      { type: 'year', constraints: { maximum: 2100 } },
      'maximum',
      '2200',
      'f: "2200" is above the maximum 2100',
    ],
    [
      { type: 'integer', constraints: { exclusiveMinimum: 3 } },
      'exclusiveMinimum',
      '3',
      'f: "3" is not above 3, the exclusiveMinimum',
    ],
    [
      { type: 'time', constraints: { exclusiveMaximum: '22:00:00' } },
      'exclusiveMaximum',
      '22:00:00',
      'f: "22:00:00" is not below 22:00:00, the exclusiveMaximum',
    ],
  ])('of %j against %s', (words, rule, value, sentence) => {
    expect(message(words, rule, value)).toBe(sentence);
  });
});
