// Blocks that are cut at any byte and scanned by themselves give the records and lines that one scan of the whole text finds.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockScanner, joinBlocks } from '../../lib/core/block-scan.ts';
import type { Dialect } from '../../lib/core/contract.ts';
import { RecordScanner } from '../../lib/core/record-scanner.ts';
import { dialectOf } from '../support/dialect.ts';
import { tries } from '../support/tries.ts';

const PIECES = ['a', 'b', ',', ',', '"', '"', '""', '\n', '\n', '\r', '\r\n', ' ', '#', '\\', '\0', 'é'];
const texts = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join(''));
const WORDS: Partial<Dialect>[] = [
  {},
  {},
  { skipInitialSpace: true },
  { escapeChar: '\\' },
  { escapeChar: '\\', doubleQuote: false },
  { commentChar: '#' },
  { quoteChar: "'" },
];

/** A scan of the whole: where each line begins that does not begin within a record, with its number and the records before it. */
function wholeScan(bytes: Buffer, dialect: Dialect, columns: number) {
  const borders = new Map<number, { lines: number; records: number }>();
  for (let end = 0; end <= bytes.length; end++) {
    const scanner = new RecordScanner(dialect, columns, { state: 'record-start', lastByte: -1 });
    scanner.push(bytes.subarray(0, end));
    const isAfterCr = end > 0 && bytes[end - 1] === 13;
    // A line feed after it would belong to the line before.
    if (scanner.state === 'record-start' && !(isAfterCr && (bytes[end] === 10 || end === bytes.length)))
      borders.set(end, { lines: scanner.lines, records: scanner.records });
  }
  const scanner = new RecordScanner(dialect, columns, { state: 'record-start', lastByte: -1 });
  scanner.push(bytes);
  scanner.end();
  return { borders, records: scanner.records };
}

test('blocks of any size', () => {
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom(...WORDS),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(1, 2),
      (text, words, size, columns) => {
        const bytes = Buffer.from(text);
        const dialect = dialectOf({ headerRecords: 0, ...words });
        const whole = wholeScan(bytes, dialect, columns);
        const starts = Array.from(
          { length: Math.max(1, Math.ceil(bytes.length / size)) },
          (_, i) => i * size,
        );
        const blocks = starts.map((start) => bytes.subarray(start, start + size));
        const scans = blocks.map((block, i) => {
          const scanner = new BlockScanner(dialect, columns, bytes[i * size - 1] ?? -1, i === 0);
          // Runs are compared after every push.
          for (const byte of block) scanner.push(Uint8Array.of(byte));
          return scanner.end(i === blocks.length - 1);
        });
        const { records, spans } = joinBlocks(
          scans,
          blocks.map(({ length }) => length),
        );
        expect(records).toBe(whole.records);
        // Nothing is left out or twice, and each span begins with a line outside of records.
        expect(Buffer.concat(spans.map(({ from, to }) => bytes.subarray(from, to))).equals(bytes)).toBe(true);
        for (const { from, linesBefore } of spans)
          expect(whole.borders.get(from)?.lines, `${JSON.stringify(text)} at ${from}`).toBe(linesBefore);
        // As many as can be: every block in which such a line begins has its own.
        const first = starts.map((start) =>
          [...whole.borders.keys()].find(
            (border) => border >= start && border < start + size && border < bytes.length,
          ),
        );
        expect(spans.map(({ from }) => from)).toEqual(first.filter((border) => border !== undefined));
      },
    ),
    tries(3000),
  );
});
