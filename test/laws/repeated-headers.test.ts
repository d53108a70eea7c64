// Laws 3 and 4 for files that were put together from several with `cat`: each header after the first is quarantined under its own
// rule and on its line, every other record is as it is in a file of its own; by the engine's way and by our own reader's.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convert } from '../../lib/ingest/convert.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

function contract(dialect: object): Dataset {
  const fields = [{ name: 'id' }, { name: 'länge' }, { name: 'n', type: 'integer' }];
  const schema = { fields, missingValues: [] };
  const resources = [{ name: 'rows', path: '*.csv', format: 'csv', dialect, maxRejectedRatio: 1, schema }];
  return parseContract('p/datapackage.json', 'p', JSON.stringify({ name: 'p', resources }))[0] as Dataset;
}

let files = 0;
async function outcome(dataset: Dataset, text: string) {
  const scratch = join(world.scratch, `glued-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, 'source.csv');
  await writeFile(path, text);
  return world.sql.session(async (session) => {
    const result = await convert(session, { dataset, path, fromPath: new Map(), scratch });
    if (result.outcome === 'rejected') throw new Error(result.violation.message);
    const accepted = result.dataFiles[0]
      ? await session.rows(`SELECT id, "länge", n FROM read_parquet('${result.dataFiles[0].path}')`)
      : [];
    const rejected = result.quarantine
      ? await session.rows<{ line: number; rules: string[] }>(
          `SELECT line, [v.rule FOR v IN violations] AS rules FROM read_parquet('${result.quarantine.path}')`,
        )
      : [];
    return { accepted: accepted.map((row) => JSON.stringify(Object.values(row))).sort(), rejected };
  });
}

type Line = readonly string[];

// Columns in any order, one of them of no field; a record may be a header but for one cell, or a cell too long.
const LABELS = ['id', 'länge', 'n', 'more'];
const cell = fc.constantFrom('id', 'länge', 'more', 'ID', 'x', '', '7');
const number = fc.constantFrom('1', '23');
const shape = fc
  .record({
    labels: fc.shuffledSubarray(LABELS, { minLength: 4, maxLength: 4 }),
    isExact: fc.boolean(),
    quotesHeader: fc.boolean(),
    hasMark: fc.boolean(),
    // One that the engine's own reader does not take.
    isOdd: fc.boolean(),
    end: fc.constantFrom('\n', '\r\n'),
  })
  .chain((fixed) => {
    const row = fc.record({ id: cell, länge: cell, n: number, more: cell });
    const record = row.map((values) => fixed.labels.map((label) => values[label as 'id']));
    const header = fc
      .constantFrom<(label: string) => string>(
        (label) => label,
        (label) => label.toUpperCase(),
        (label) => (label === 'more' ? 'less' : label),
      )
      .map((change) => fixed.labels.map(change));
    const part = fc.record({ header, records: fc.array(record, { maxLength: 4 }) });
    return fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => ({ ...fixed, parts }));
  });

test('each header after the first is refused, and nothing else', async () => {
  let repeated = 0;
  await fc.assert(
    fc.asyncProperty(shape, async ({ labels, isExact, quotesHeader, hasMark, isOdd, end, parts }) => {
      const mark = hasMark ? '\ufeff' : '';
      const written = (line: Line) => (quotesHeader ? line.map((one) => `"${one}"`) : line).join(',');
      const lines: Line[] = [];
      let text = `${mark}${written(labels)}${end}`;
      for (const [i, { header, records }] of parts.entries()) {
        if (i > 0) text += `${mark}${written(header)}${end}`;
        lines.push(...(i > 0 ? [header] : []), ...records);
        text += records.map((line) => `${line.join(',')}${end}`).join('');
      }
      const odd = labels.map((label) => (label === 'n' ? '1' : '5" pipe'));
      if (isOdd) text += `${odd.join(',')}${end}`;
      const all = isOdd ? [...lines, odd] : lines;
      const folded = (line: Line) => (isExact ? line : line.map((one) => one.toLowerCase()));
      const rule = (line: Line) => {
        if (folded(line).join(',') === folded(labels).join(',')) return 'repeated-header';
        return /^\d+$/.test(line[labels.indexOf('n')] ?? '') ? undefined : 'type-error';
      };
      const result = await outcome(contract({ caseSensitiveHeader: isExact }), text);
      const value = (line: Line, label: string) => line[labels.indexOf(label)] ?? '';
      const good = all.filter((line) => rule(line) === undefined);
      // The mark of a later file belongs to its first cell, be that a header's or not: here only headers have one.
      expect(result.accepted).toEqual(
        good
          .map((line) => JSON.stringify([value(line, 'id'), value(line, 'länge'), Number(value(line, 'n'))]))
          .sort(),
      );
      expect(result.rejected).toEqual(
        all.flatMap((line, i) => (rule(line) === undefined ? [] : [{ line: i + 2, rules: [rule(line)] }])),
      );
      repeated += result.rejected.filter(({ rules }) => rules[0] === 'repeated-header').length;
    }),
    tries(150),
  );
  expect(repeated).toBeGreaterThan(100);
});
