import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonLines } from '../../lib/ingest/json/json-lines.ts';

function read(text: string, size: number): [number | null, string][] {
  const reader = new JsonLines();
  const bytes = Buffer.from(text);
  const cuts = [];
  for (let i = 0; i < bytes.length; i += size) cuts.push(...reader.push(bytes.subarray(i, i + size)));
  cuts.push(...reader.end());
  return cuts.map(({ line, bytes: record }) => [line, record.toString()]);
}

test('each line that is not blank is a record with its number, whatever the chunks', () => {
  const line = fc.constantFrom('', '', '{"a":1}', '[é]', '  ', '\t', 'x\r', '\r');
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (lines, size) => {
      const expected = lines.flatMap((text, i) => {
        const record = text.replace(/\r$/, '');
        return record.trim() === '' ? [] : [[i + 1, record]];
      });
      expect(read(lines.join('\n'), size)).toEqual(expected);
      expect(read(`${lines.join('\n')}\n`, size)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
