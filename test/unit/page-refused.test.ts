// A refused value is marked where it stands and nowhere else, and the refused rows can be downloaded as they came.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markedPieces, valueSpan } from '../../lib/page/app/marked-value.ts';
import { refusedFile } from '../../lib/page/app/refused-file.ts';

/** What is marked; undefined for nothing. */
function marked(raw: string, header: string | null, field: string, value: string | null): string | undefined {
  const span = valueSpan(raw, header, field, value);
  return span && raw.slice(span.start, span.end);
}

describe('a refused value', () => {
  it('is in the column of its name, though another cell has the same text', () => {
    expect(valueSpan('4,4', 'a,b\n', 'b', '4')).toEqual({ start: 2, end: 3 });
    expect(marked('1;"x;y";3', 'Report\n\na;"b";c\n', 'b', 'x;y')).toBe('"x;y"');
    expect(marked('1,2', '\ufeffa,b\n', 'a', '1')).toBe('1');
  });

  it('is where its text stands alone, where the header does not tell', () => {
    expect(marked('{"a": "nettwork"}', null, 'team', 'nettwork')).toBe('nettwork');
    expect(marked('14,4', null, 'b', '4')).toBeUndefined();
    expect(marked('144', null, 'b', '4')).toBeUndefined();
    expect(marked('1,2,3', 'a,b\n', 'a', '9')).toBeUndefined();
    expect(marked('1,,3', 'a,b,c\n', 'b', null)).toBeUndefined();
  });

  it('parts a row into pieces that make the row', () => {
    expect(
      markedPieces('abcdef', [
        { start: 3, end: 5 },
        { start: 1, end: 4 },
      ]),
    ).toEqual([
      { text: 'a', isMarked: false },
      { text: 'bcd', isMarked: true },
      { text: 'e', isMarked: true },
      { text: 'f', isMarked: false },
    ]);
    const span = fc
      .tuple(fc.nat(20), fc.nat(20))
      .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
    fc.assert(
      fc.property(fc.string({ minLength: 20, maxLength: 30 }), fc.array(span), (text, spans) => {
        expect(
          markedPieces(text, spans)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});

describe('the download', () => {
  it('has the header and the rows as they came', () => {
    expect(
      refusedFile({ header: 'a;b\r\n', raw: ['1;"x', '2;y\r\n'], correctedName: 'support/monday.csv' }),
    ).toEqual({ name: 'monday.csv', text: 'a;b\r\n1;"x\n2;y\r\n' });
    expect(refusedFile({ header: null, raw: ['{}'], correctedName: 'x.jsonl' }).text).toBe('{}\n');
  });

  it('has a name that is a name alone', () => {
    const named = (correctedName: string) => refusedFile({ header: null, raw: [], correctedName }).name;
    expect(['a/..', 'a/', 'C:\\x\u0000<y>.csv'].map(named)).toEqual([
      'refused-rows',
      'refused-rows',
      'C__x__y_.csv',
    ]);
  });
});
