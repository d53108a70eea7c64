import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonDocumentCounter, JsonLineCounter } from '../../lib/ingest/json/json-count.ts';
import { type JsonCut, JsonDocument } from '../../lib/ingest/json/json-document.ts';
import { JsonLines } from '../../lib/ingest/json/json-lines.ts';

function chunks(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

function cut(text: string, levels: readonly string[] = [], size = 1_000_000) {
  const document = new JsonDocument(levels);
  const counter = new JsonDocumentCounter(Math.max(1, levels.length));
  const cuts: { path: string | undefined; keys: readonly string[]; text: string }[] = [];
  const take = (found: readonly JsonCut[]) =>
    cuts.push(...found.map(({ path, keys, bytes }) => ({ path, keys, text: bytes.toString() })));
  for (const chunk of chunks(text, size)) {
    take(document.push(chunk));
    counter.push(chunk);
  }
  take(document.end());
  return { cuts, records: counter.records, refusal: document.refusal?.message };
}

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: fc.constantFrom('a', '"', '\\', '[', '}', ',', 'é', '😀', '\n') }),
    fc.integer(),
    fc.constantFrom(true, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b"', ']'), tie('value'), { noNullPrototype: true }),
  ),
})).value;
const indents = fc.constantFrom<string | undefined>(undefined, ' ', '\t');

test('an array is cut into its elements, whatever the chunks', () => {
  fc.assert(
    fc.property(fc.array(value), indents, fc.integer({ min: 1, max: 9 }), (elements, indent, size) => {
      const { cuts, records, refusal } = cut(JSON.stringify(elements, null, indent), [], size);
      expect(refusal).toBeUndefined();
      expect(cuts.map(({ text }) => JSON.parse(text))).toEqual(elements);
      expect(cuts.map(({ path }) => path)).toEqual(elements.map((_, i) => `$[${i}]`));
      expect(records).toBe(elements.length);
    }),
  );
});

test('objects nested by key are cut into their innermost values, whatever the chunks', () => {
  const key = fc.string({ unit: fc.constantFrom('a', '"', '\\', '{', 'é') });
  const nested = fc.dictionary(key, fc.dictionary(key, value, { noNullPrototype: true }), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(nested, indents, fc.integer({ min: 1, max: 9 }), (document, indent, size) => {
      const { cuts, records, refusal } = cut(
        JSON.stringify(document, null, indent),
        ['outer', 'inner'],
        size,
      );
      const expected = Object.entries(document).flatMap(([outer, inner]) =>
        Object.entries(inner).map(([name, leaf]) => ({ keys: [outer, name], leaf })),
      );
      expect(refusal).toBeUndefined();
      expect(cuts.map(({ keys, text }) => ({ keys, leaf: JSON.parse(text) }))).toEqual(expected);
      expect(records).toBe(expected.length);
    }),
  );
});

test('what is no JSON around its records is refused, and what is JSON never', () => {
  const pieces = fc.constantFrom('[', ']', '{"a":1}', ',', ' ', '1', '"', '\\', '{', '}', 'x');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), fc.integer({ min: 1, max: 5 }), (parts, size) => {
      const text = parts.join('');
      const { cuts, records, refusal } = cut(text, [], size);
      const isRecord = ({ text: json }: { text: string }) => parses(json) !== undefined;
      const isArray = Array.isArray(parses(text));
      expect(refusal === undefined && cuts.every(isRecord)).toBe(isArray);
      if (refusal === undefined) expect(records).toBe(cuts.length);
    }),
    { numRuns: 2000 },
  );
});

function parses(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe('refusals name the line and what was found', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['', [], /^line 1: the file ends too early/],
    ['[1,\n', [], /^line 2: the file ends too early/],
    ['\n7', [], /^line 2: \$ is not an array$/],
    ['\n{"a": 1', [], /^line 2: \$ is not an array$/],
    ['{"a": 1} x', [], /^line 1: \$ is not an array$/],
    [
      '\n{"a": 1}',
      [],
      /^line 2: the file is one JSON object, and not an array: name .*"property".*"levels".*"ndjson"$/,
    ],
    ['{"a":\n 1}\n', [], /^line 1: the file is one JSON object, and not an array: name .*\("levels"\)$/],
    [
      '{"a": 1}\n{"a": "}"}\n',
      [],
      /^line 1: the file has one JSON object a line, and is not an array: write "format": "ndjson" in the contract$/,
    ],
    [
      '{"a": 1} {"a": 2}',
      [],
      /^line 1: the file has one JSON object after the other, and is .*: write "format"/,
    ],
    ['{"a":\n1}\n{"a": 2}', [], /^line 1: the file has one JSON object after the other, .*: send an array/],
    ['[1]\n\n[2]', [], /^line 3: the text is not JSON from "\[2\]" on$/],
    ['{"A": {"x": {}},\n "B": [1]}', ['outer', 'inner'], /^line 2: \$\["B"\] is not an object by inner$/],
    ['{"A": {"x": {},}}', ['outer', 'inner'], /^line 1: the text is not JSON from "}}" on$/],
  ])('%j', (text, levels, refusal) => {
    expect(cut(text, levels).refusal).toMatch(refusal);
    // What is shown of the text is what has come of it.
    const line = cut(text, levels).refusal?.split(':')[0] as string;
    expect(cut(text, levels, 1).refusal).toContain(`${line}: `);
  });

  test('a record without end is not held', () => {
    const document = new JsonDocument([]);
    document.push(Buffer.from('[{"a": 1},\n"'));
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    for (let i = 0; document.refusal === undefined && i < 20; i++) document.push(chunk);
    expect(document.refusal?.message).toMatch(/^line 2: a record is longer than 16777216 bytes$/);
  });
});

test('lines are records unless they are blank, whatever the chunks', () => {
  const line = fc.constantFrom('{"a":1}', '', '  ', '\t', 'x', '"é\\n"');
  fc.assert(
    fc.property(
      fc.array(line),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.integer({ min: 1, max: 5 }),
      (lines, end, isEnded, size) => {
        const text = lines.join(end) + (isEnded ? end : '');
        const reader = new JsonLines();
        const counter = new JsonLineCounter();
        const found = chunks(text, size).flatMap((chunk) => {
          counter.push(chunk);
          return reader.push(chunk).map(({ line: number, bytes }) => [number, bytes.toString()]);
        });
        found.push(...reader.end().map(({ line: number, bytes }) => [number, bytes.toString()]));
        const expected = lines
          .map((content, i) => [i + 1, content])
          .filter(([, content]) => String(content).trim() !== '');
        expect(found).toEqual(expected);
        expect(counter.records).toBe(expected.length);
      },
    ),
  );
});
