// Which number formats make a number a date; the text of each day and moment, held against the calendar; and that of each number.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateText } from '../../lib/ingest/xlsx/date-text.ts';
import { builtInKind, formatKind } from '../../lib/ingest/xlsx/number-format.ts';
import { numberValue } from '../../lib/ingest/xlsx/number-value.ts';

describe('a number format', () => {
  test.each([
    ['General', 'number'],
    ['0.00', 'number'],
    ['#,##0.00 "days"', 'number'],
    ['0.00E+00', 'number'],
    ['[Red]#,##0;[Blue]-#,##0', 'number'],
    ['_-* #,##0.00\\ [$€-407]_-', 'number'],
    ['"yyyy-mm-dd"0', 'number'],
    ['\\d0', 'number'],
    ['@', 'number'],
    ['', 'number'],
    ['[h]:mm:ss', 'number'],
    ['[mm]:ss', 'number'],
    ['[SS]', 'number'],
    ['yyyy\\-mm\\-dd;@', 'date'],
    ['[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy', 'date'],
    ['d. mmmm yyyy', 'date'],
    ['[$-407]mmm yy', 'date'],
    ['mm', 'date'],
    ['e"年"m"月"d"日"', 'date'],
    ['m/d/yy h:mm', 'datetime'],
    ['YYYY-MM-DD HH:MM:SS', 'datetime'],
    ['mmm hh:mm', 'datetime'],
    ['h:mm AM/PM', 'time'],
    ['hh:mm:ss.000', 'time'],
    ['mm:ss', 'time'],
    ['上午/下午hh"時"mm"分"', 'time'],
    ['"unclosed', 'number'],
  ])('%s: %s', (code, kind) => {
    expect(formatKind(code)).toBe(kind);
  });

  test('that is built in', () => {
    const of = (kind: string) =>
      Array.from({ length: 164 }, (_, id) => id).filter((id) => builtInKind(id) === kind);
    expect(of('date')).toEqual([14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);
    expect(of('time')).toEqual([18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56]);
    expect(of('datetime')).toEqual([22]);
  });
});

describe('the text of a number of days', () => {
  test.each<[string, 'date' | 'time' | 'datetime', boolean, string]>([
    ['1', 'date', false, '1900-01-01'],
    ['59', 'date', false, '1900-02-28'],
    ['60', 'date', false, '1900-02-29'],
    ['61', 'date', false, '1900-03-01'],
    ['0', 'date', false, '1900-01-00'],
    ['0', 'time', false, '00:00:00'],
    ['0', 'date', true, '1904-01-01'],
    ['2958465', 'date', false, '9999-12-31'],
    ['2957003', 'date', true, '9999-12-31'],
    ['2958466', 'date', false, '2958466'],
    ['2957004', 'date', true, '2957004'],
    ['2958465.9999999999', 'datetime', false, '2958465.9999999999'],
    ['-1', 'date', false, '-1'],
    ['x', 'date', false, 'x'],
    ['', 'date', false, ''],
    ['0xB0EE', 'date', false, '0xB0EE'],
    ['0b1', 'time', false, '0b1'],
    ['.5', 'time', false, '12:00:00'],
    ['1e400', 'date', false, '1e400'],
    ['4.5294E4', 'date', false, '2024-01-03'],
    ['0.5', 'datetime', false, '1900-01-00T12:00:00'],
    ['1.25', 'time', false, '1900-01-01T06:00:00'],
    ['0.99999999999', 'time', false, '1900-01-01T00:00:00'],
    ['45294.41666666666', 'datetime', false, '2024-01-03T10:00:00'],
    ['45294.4166666667', 'datetime', false, '2024-01-03T10:00:00'],
    ['45294.999999999996', 'datetime', false, '2024-01-04T00:00:00'],
    ['45294.123456789', 'datetime', false, '2024-01-03T02:57:46.66657'],
    ['45294.00000001', 'date', false, '2024-01-03T00:00:00.000864'],
  ])('%s as %s (1904: %s) is %s', (number, kind, is1904, text) => {
    expect(dateText(number, kind, is1904)).toBe(text);
  });

  test('is the moment, for every whole millisecond and both epochs, with 15 digits and with all', () => {
    const days = fc.integer({ min: 61, max: 109_205 });
    fc.assert(
      fc.property(
        days,
        fc.integer({ min: 0, max: 86_399_999 }),
        fc.boolean(),
        fc.boolean(),
        (day, ms, is1904, isShort) => {
          const serial = day - (is1904 ? 1462 : 0) + ms / 86_400_000;
          if (serial < 1) return;
          const number = isShort ? String(Number(serial.toPrecision(15))) : String(serial);
          // An independent way: the platform's calendar from a day that everybody knows.
          const moment = new Date(Date.parse('2000-01-01T00:00:00Z') + (day - 36_526) * 86_400_000 + ms);
          const found = dateText(number, 'datetime', is1904);
          expect(Date.parse(`${found}Z`)).toBe(moment.getTime());
          expect(found.length).toBeLessThanOrEqual(23);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('the text of a number', () => {
  test.each([
    ['1.1000000000000001', '1.1'],
    ['19.989999999999998', '19.99'],
    ['9864.440000000001', '9864.44'],
    ['-9175.719999999999', '-9175.72'],
    ['1.2999999999999999E-5', '0.000013'],
    ['1.3000000000000001E-8', '1.3e-8'],
    // Noise that is in the double itself, and what is no double's.
    ...['0.30000000000000004', '1.1000000000000001E5', '1000000000000000.1', '0.12345678901234561'].map(
      (text) => [text, text],
    ),
    ...[
      '10000000000000001',
      '12345678901234567890',
      '1.0000000000000001E16',
      '1.0000000000000001E22',
      '1.10000000000000008882',
    ].map((text) => [text, text]),
    ...['1.10', '0.1', '1E21', '1E+021', '-0', '007', '1.', '', 'x', '1,5', 'NaN', '0x1F'].map((text) => [
      text,
      text,
    ]),
  ])('%s is %s', (text, expected) => {
    expect(numberValue(text as string)).toBe(expected);
  });

  test('of at most 15 digits is found again, whatever program wrote it; any text keeps its double', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e15 - 1 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(16, 17),
        (digits, scale, written) => {
          const meant = `${digits}e-${scale}`;
          const text =
            Number(Number(meant).toPrecision(written)) === Number(meant)
              ? Number(meant).toPrecision(written)
              : meant;
          const found = numberValue(text.replace('e', 'E'));
          expect(Number(found)).toBe(Number(meant));
          const isFraction = !Number.isInteger(Number(meant));
          if (isFraction && text !== meant)
            expect(found.replace(/[-.]|e.*/g, '').replace(/^0+/, '').length).toBeLessThanOrEqual(15);
        },
      ),
      { numRuns: 5000 },
    );
  });
});
