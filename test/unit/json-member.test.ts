import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonMemberCounter } from '../../lib/ingest/json/json-count.ts';
import { JsonMember } from '../../lib/ingest/json/json-member.ts';

function read(text: string, names: readonly string[], levels: readonly string[] = [], size = 1_000_000) {
  const reader = new JsonMember(names, levels);
  const counter = new JsonMemberCounter(names, Math.max(1, levels.length));
  const bytes = Buffer.from(text);
  const cuts = [];
  for (let i = 0; i < bytes.length; i += size) {
    counter.push(bytes.subarray(i, i + size));
    if (reader.refusal === undefined) cuts.push(...reader.push(bytes.subarray(i, i + size)));
  }
  if (reader.refusal === undefined) cuts.push(...reader.end());
  return {
    cuts: cuts.map(({ path, bytes: record }) => [path, record.toString()]),
    records: counter.records,
    refusal: reader.refusal?.message,
  };
}

const key = fc.constantFrom('a', 'rows', 'b"', '\\', 'é', '}', 'data', '');
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('x', '"', '\\', '[', '},', 'rows', 1, -1.5, true, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
/** An object whose member has that value, among others. */
const holding = (name: string, inner: fc.Arbitrary<unknown>) =>
  fc
    .tuple(
      fc.array(fc.tuple(key, value), { maxLength: 3 }),
      fc.array(fc.tuple(key, value), { maxLength: 3 }),
      inner,
    )
    .map(([before, after, held]) =>
      Object.fromEntries([
        ...before.filter(([one]) => one !== name),
        [name, held],
        ...after.filter(([one]) => one !== name),
      ]),
    );
const indents = fc.constantFrom<string | undefined>(undefined, ' ', '\t');
const sizes = fc.integer({ min: 1, max: 12 });

test('the elements of the member are the records, whatever stands beside it and whatever the chunks', () => {
  const document = fc
    .array(value, { maxLength: 4 })
    .chain((rows) =>
      fc
        .constantFrom(['rows'], ['data', 'rows'], ['b"', '\\', 'é'])
        .chain((names) =>
          names
            .reduceRight<fc.Arbitrary<unknown>>((inner, name) => holding(name, inner), fc.constant(rows))
            .map((json) => ({ rows, names, json })),
        ),
    );
  fc.assert(
    fc.property(document, indents, sizes, ({ rows, names, json }, indent, size) => {
      const { cuts, records, refusal } = read(JSON.stringify(json, null, indent), names, [], size);
      expect(refusal).toBeUndefined();
      const at = names.map((name) => `[${JSON.stringify(name)}]`).join('');
      expect(cuts.map(([path, text]) => [path, JSON.parse(text as string)])).toEqual(
        rows.map((row, i) => [`$${at}[${i}]`, row]),
      );
      expect(records).toBe(rows.length);
    }),
    { numRuns: 1500 },
  );
});

test('objects nested by key may stand in a member', () => {
  const nested = fc.dictionary(key, fc.dictionary(key, value, { noNullPrototype: true }), {
    noNullPrototype: true,
  });
  const document = nested.chain((rows) => holding('rows', fc.constant(rows)).map((json) => ({ rows, json })));
  fc.assert(
    fc.property(document, indents, sizes, ({ rows, json }, indent, size) => {
      const { cuts, records, refusal } = read(
        JSON.stringify(json, null, indent),
        ['rows'],
        ['outer', 'inner'],
        size,
      );
      expect(refusal).toBeUndefined();
      const expected = Object.entries(rows).flatMap(([outer, inner]) =>
        Object.entries(inner).map(([name, leaf]) => [
          `$["rows"][${JSON.stringify(outer)}][${JSON.stringify(name)}]`,
          leaf,
        ]),
      );
      expect(cuts.map(([path, text]) => [path, JSON.parse(text as string)])).toEqual(expected);
      expect(records).toBe(expected.length);
    }),
  );
});

test('no text makes it fail, and what it takes is counted alike', () => {
  const piece = fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      ' ',
      '\n',
      '1',
      '"rows"',
      '"rows":[',
      '{"a":1}',
      '"x":',
      '{},',
    ],
  );
  const junk = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
  const text = fc
    .tuple(fc.constantFrom('{', '{"x":', ''), junk, fc.constantFrom(',"rows":[', '"rows":[', ''), junk, junk)
    .map(([start, before, at, within, after]) => `${start}${before}${at}${within}]${after}}`);
  let taken = 0;
  fc.assert(
    fc.property(text, sizes, (json, size) => {
      const found = read(json, ['rows'], [], size);
      // What is shown of the text is what has come of it.
      const line = (refusal: string | undefined) => refusal?.split(':')[0];
      expect(line(found.refusal)).toBe(line(read(json, ['rows']).refusal));
      if (found.refusal !== undefined) return;
      expect(found.records).toBe(found.cuts.length);
      taken += 1;
    }),
    { numRuns: 30_000 },
  );
  expect(taken).toBeGreaterThan(20);
});

describe('refusals name the line, the place and what was found', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['', ['rows'], /^line 1: the file ends too early: send it whole$/],
    ['{"rows": [1,\n2', ['rows'], /^line 2: the file ends too early/],
    [
      '[1]',
      ['rows'],
      /^line 1: \$ is not an object with a member "rows": correct "property" in the contract/,
    ],
    ['{}', ['rows'], /^line 1: \$ has no member "rows" \(it is empty\)/],
    [
      '{"a": 1,\n"b": {"rows": []}}',
      ['rows'],
      /^line 2: \$ has no member "rows" \(it has "a", "b"\): correct "prop/,
    ],
    ['{"data": {"x": []}}', ['data', 'rows'], /^line 1: \$\["data"\] has no member "rows" \(it has "x"\)/],
    ['{"data": [\n]}', ['data', 'rows'], /^line 1: \$\["data"\] is not an object with a member "rows"/],
    ['{"rows":\n null}', ['rows'], /^line 2: \$\["rows"\] is not an array$/],
    ['{"rows": {"a": 1}}', ['rows'], /^line 1: \$\["rows"\] is not an array$/],
    ['{"rows": [],\n\n"rows": []}', ['rows'], /^line 3: \$ has the member "rows" twice: send it once$/],
    ['{"rows": [1 2]}', ['rows'], /^line 1: the text is not JSON from "2\]" on$/],
    ['{"rows": []}\n{"rows": []}', ['rows'], /^line 2: the text is not JSON from "{" on$/],
    ['{rows: []}', ['rows'], /^line 1: the text is not JSON from "r" on$/],
    ['{"a\u001b": 1}', ['rows'], /^line 1: the text is not JSON/],
    [`{"\\u001b[2J": 1}`, ['rows'], /^line 1: \$ has no member "rows" \(it has "\\u001b\[2J"\)/],
  ])('%j', (text, names, refusal) => {
    expect(read(text, names).refusal).toMatch(refusal);
  });

  test('a name without end is not held', () => {
    const reader = new JsonMember(['rows'], []);
    reader.push(Buffer.from('{"'));
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    for (let i = 0; reader.refusal === undefined && i < 20; i++) reader.push(chunk);
    expect(reader.refusal?.message).toBe('line 1: a name is longer than 16777216 bytes');
  });

  test('a member that is not read may be of any length', () => {
    const reader = new JsonMember(['rows'], []);
    reader.push(Buffer.from('{"more": ["'));
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    for (let i = 0; i < 40; i++) reader.push(chunk);
    expect(reader.push(Buffer.from('"], "rows": [1]}')).length).toBe(1);
    reader.end();
    expect(reader.refusal).toBeUndefined();
  });
});
