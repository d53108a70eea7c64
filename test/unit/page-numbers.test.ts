// Numbers on the page: their order, differences and per cent, a table's rows, and its text for other programs.
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf, percentOf, sumOf } from '../../lib/page/app/parts/decimal-change.ts';
import { compareDecimals, plainDecimal } from '../../lib/page/app/parts/decimal-compare.ts';
import { nextSort, shownRows } from '../../lib/page/app/parts/table-rows.ts';
import { csvText, tsvText } from '../../lib/page/app/parts/table-text.ts';

describe('a number as plain digits', () => {
  it.each([
    ['1.5e-3', '0.0015'],
    ['-1.25E2', '-125'],
    ['1e+20', '100000000000000000000'],
    ['-0.50', '-0.50'],
    ['+007', '7'],
    ['.5', '0.5'],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
  ])('%s is %s', (text, plain) => {
    expect(plainDecimal(text)).toBe(plain);
  });

  it.each(['nan', '-inf', '', '-', '.', '1,5', '0x10', ' 1', 'e5', '1e99999'])('%j is none', (text) => {
    expect(plainDecimal(text)).toBeUndefined();
  });
});

describe('order', () => {
  it('is that of the numbers, whatever their scale', () => {
    const number = fc.record({ units: fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), zeros: fc.nat(5) });
    const written = ({ units, zeros }: { units: bigint; zeros: number }) => {
      const digits = String(units < 0n ? -units : units).padStart(3, '0');
      return `${units < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}${'0'.repeat(zeros)}`;
    };
    fc.assert(
      fc.property(number, number, (a, b) => {
        const wanted = a.units < b.units ? -1 : a.units > b.units ? 1 : 0;
        expect(compareDecimals(written(a), written(b))).toBe(wanted);
      }),
    );
  });

  it('tells numbers apart that binary floating point does not', () => {
    expect(compareDecimals('9007199254740993', '9007199254740992')).toBe(1);
    expect(compareDecimals('0.1', '0.10000000000000000001')).toBe(-1);
    expect(compareDecimals('nan', '1e300')).toBe(1);
  });
});

describe('what lies between', () => {
  it.each([
    ['100.00', '97.00', '-3.00', '-3.0'],
    ['100', '103.456', '+3.456', '+3.5'],
    ['-100', '-97', '+3', '+3.0'],
    ['0.00', '5', '+5.00', null],
    ['5', '5.000', '0.000', '0.0'],
    ['100000000000000000000.01', '100000000000000000000.02', '+0.01', '+<0.000001'],
    ['100000', '99999', '-1', '-0.001'],
    ['3', '4', '+1', '+33.3'],
    ['200', '200.1', '+0.1', '+0.1'],
    ['2000', '2001', '+1', '+0.1'],
    ['1e2', '1.5e2', '+50', '+50.0'],
  ])('%s and %s: %s, %s per cent', (old, now, difference, percent) => {
    expect(differenceOf(old, now)).toBe(difference);
    expect(percentOf(old, now)).toBe(percent);
  });

  it('is nothing where one is missing or no number', () => {
    expect(differenceOf(null, '1')).toBeNull();
    expect(differenceOf('1', 'nan')).toBeNull();
    expect(percentOf('1', null)).toBeNull();
    expect(sumOf([null, 'nan'])).toBeNull();
    expect(sumOf(['0.1', null, '0.2'])).toBe('0.3');
  });
});

describe('a table', () => {
  const columns = [{ isNumber: false }, { isNumber: true }];
  const rows = [
    ['eu-10', '9.5'],
    ['eu-9', '10.25'],
    ['US-1', null],
    ['us-2', '-3'],
    ['us-2', '10.250'],
  ];

  it('is sorted by numbers, missing values last either way, equal ones as they came', () => {
    expect(shownRows(columns, rows, '', { column: 1, descending: false })).toEqual([3, 0, 1, 4, 2]);
    expect(shownRows(columns, rows, '', { column: 1, descending: true })).toEqual([1, 4, 0, 3, 2]);
    expect(shownRows(columns, rows, '', { column: 0, descending: false })).toEqual([1, 0, 2, 3, 4]);
  });

  it('has the rows with every word', () => {
    expect(shownRows(columns, rows, 'us ', null)).toEqual([2, 3, 4]);
    expect(shownRows(columns, rows, '10 EU', null)).toEqual([0, 1]);
  });

  it('is sorted up, down and not at all by clicks', () => {
    const up = nextSort(null, 1);
    expect(up).toEqual({ column: 1, descending: false });
    const down = nextSort(up, 1);
    expect(down).toEqual({ column: 1, descending: true });
    expect(nextSort(down, 1)).toBeNull();
    expect(nextSort(down, 0)).toEqual({ column: 0, descending: false });
  });
});

describe('a table as text', () => {
  it('is CSV in which a missing value is told from an empty text', () => {
    const text = csvText(
      ['a,b', 'c'],
      [
        ['say "hi"', null],
        ['', '=1+1'],
        ['x\ny', '1.50'],
      ],
    );
    expect(text).toBe('"a,b",c\r\n"say ""hi""",\r\n"",=1+1\r\n"x\ny",1.50\r\n');
  });

  it('is read as it was by a reader of CSV', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('"', ',', '\r\n', '\u202e', '-0.10'));
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1 });
    fc.assert(
      fc.property(table, (cells) => {
        expect(parse(csvText(['a', 'b', 'c'], cells), { relax_column_count: false })).toEqual([
          ['a', 'b', 'c'],
          ...cells,
        ]);
      }),
    );
  });

  it('is tabs and lines for a spreadsheet', () => {
    expect(
      tsvText(
        ['a', 'b'],
        [
          ['1.50', null],
          ['x\ty', 'q"'],
        ],
      ),
    ).toBe('a\tb\n1.50\t\n"x\ty"\t"q"""');
  });
});
