import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonLineCounter } from '../../lib/ingest/json/json-count.ts';
import { JsonLines } from '../../lib/ingest/json/json-lines.ts';

type Found = readonly [line: number | null, record: string, path?: string];

function read(text: string, size: number): Found[] {
  const reader = new JsonLines();
  const counter = new JsonLineCounter();
  const bytes = Buffer.from(text);
  const cuts = [];
  for (let i = 0; i < bytes.length; i += size) {
    counter.push(bytes.subarray(i, i + size));
    cuts.push(...reader.push(bytes.subarray(i, i + size)));
  }
  cuts.push(...reader.end());
  expect(counter.records).toBe(cuts.length);
  return cuts.map(({ line, bytes: record, path }) => [
    line,
    record.toString(),
    ...(path === undefined ? ([] as const) : ([path] as const)),
  ]);
}

test('each line that is not blank is a record with its number, whatever the chunks', () => {
  const line = fc.constantFrom(
    '',
    '',
    '{"a":1}',
    '[é]',
    '  ',
    '\t',
    'x\r',
    '\r',
    '\f',
    '{"a":"}{"}',
    '{"a":{"b":{}}}',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (lines, size) => {
      const expected = lines.flatMap((text, i) => {
        const record = text.replace(/\r$/, '');
        return /^[ \t]*$/.test(record) ? [] : [[i + 1, record]];
      });
      expect(read(lines.join('\n'), size)).toEqual(expected);
      expect(read(`${lines.join('\n')}\n`, size)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test('objects one after the other in a line are records of their own', () => {
  const object = fc
    .dictionary(
      fc.constantFrom('a', '}{', '"', '\\'),
      fc.oneof(fc.constantFrom('}{', '\\"', 'é', '[{'), fc.constantFrom([{}], [{ b: [] }, {}], null, 1.5)),
      { noNullPrototype: true },
    )
    .map((value) => JSON.stringify(value));
  const blank = fc.constantFrom('', '', ' ', '\t ');
  const line = fc.array(fc.tuple(object, blank), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (lines, size) => {
      const text = lines.map((objects) => objects.flat().join('')).join('\n');
      const expected = lines.flatMap((objects, i) =>
        objects.map(([json], at) => [i + 1, JSON.parse(json), ...(objects.length > 1 ? [`$[${at}]`] : [])]),
      );
      expect(read(text, size).map(([at, json, ...path]) => [at, JSON.parse(json), ...path])).toEqual(
        expected,
      );
    }),
    { numRuns: 500 },
  );
});

test('whatever the text, the reader and the counter agree, and nothing but blanks is lost', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '"',
    '\\',
    '[',
    ']',
    ',',
    ' ',
    '\t',
    '\n',
    '\r',
    '\f',
    'x',
    '{"a":1}',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (pieces, size) => {
      const text = pieces.join('');
      const records = read(text, size);
      expect(records).toEqual(read(text, 1_000_000));
      const dense = (one: string) => one.replace(/[ \t\r\n]/g, '');
      expect(dense(records.map(([, record]) => record).join(''))).toBe(dense(text));
    }),
    { numRuns: 3000 },
  );
});

test('what follows an object and is none belongs to its record', () => {
  expect(read('{"a":1}{"a":2},{"a":3}\n{"a":4', 7)).toEqual([
    [1, '{"a":1}', '$[0]'],
    [1, '{"a":2},{"a":3}', '$[1]'],
    [2, '{"a":4'],
  ]);
});

test('a line of any length is read in pieces', () => {
  const reader = new JsonLines();
  const chunk = Buffer.from(`{"a":"${'x'.repeat(1000)}"}`.repeat(1000));
  let records = 0;
  for (let i = 0; i < 40; i++) records += reader.push(chunk).length;
  records += reader.end().length;
  expect(reader.refusal).toBeUndefined();
  expect(records).toBe(40_000);
});
