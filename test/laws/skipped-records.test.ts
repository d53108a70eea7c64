// Law 3 with records that the contract skips: random files against the rules of skipRows and footerRows, written anew in
// JavaScript over the cells that the test itself wrote. No SQL and no reader of the product decides what is expected.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset, SkipRule } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convert } from '../../lib/ingest/convert.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const FIELDS = [
  { name: 'id', type: 'integer', constraints: { required: true } },
  { name: 'note', type: 'string', trim: true },
  { name: 'kind', type: 'string' },
];

function contract(words: object, columns: readonly string[]): Dataset {
  const fields = FIELDS.filter(({ name }) => columns.includes(name));
  const schema = { fields, primaryKey: 'id' };
  const resources = [{ name: 'rows', path: '*.csv', format: 'csv', maxRejectedRatio: 0.5, ...words, schema }];
  return parseContract('p/datapackage.json', 'p', JSON.stringify({ name: 'p', resources }))[0] as Dataset;
}

/** Each with the same question asked of the cells in JavaScript. */
type Rule = {
  readonly rule: SkipRule;
  readonly name: string;
  readonly isAt: (cells: readonly string[], columns: readonly string[]) => boolean;
};
const startsWith = (text: string): Rule => ({
  rule: { startsWith: text },
  name: `startsWith ${JSON.stringify(text)}`,
  isAt: ([first = '']) => first.startsWith(text),
});
/** A pattern that means the same in both kinds of regular expressions. */
const matches = (field: string, pattern: string): Rule => ({
  rule: { field, pattern },
  name: `${field} matches ${JSON.stringify(pattern)}`,
  isAt: (cells, columns) => {
    const at = columns.indexOf(field);
    if (cells.length !== columns.length || at === -1) return false;
    const text = cells[at] as string;
    return new RegExp(`^(?:${pattern})$`, 's').test(field === 'note' ? text.trim() : text);
  },
});
const blank: Rule = {
  rule: { blank: true },
  name: 'blank',
  isAt: (cells) => cells.every((cell) => cell.trim() === ''),
};
const RULES = [
  startsWith('Total'),
  startsWith('9'),
  startsWith('"'),
  matches('id', 'T.*|'),
  matches('note', 'sum'),
  matches('kind', '[A-Z]+'),
  blank,
];

const CELLS = [
  '',
  '1',
  '2',
  '3',
  '4',
  '90',
  'Total',
  'Totals: 3',
  'total',
  'T1',
  'sum',
  ' sum ',
  ' ',
  '\u00a0\t',
  '\ufeff',
  'AB',
  '"q',
  'a,b',
  'x\ny',
];
type Case = {
  readonly columns: readonly string[];
  readonly records: readonly (readonly string[])[];
  readonly rules: readonly Rule[];
  readonly footerRows: number;
  readonly end: string;
  readonly isPacked: boolean;
};
const cases: fc.Arbitrary<Case> = fc
  .constantFrom(['id', 'note', 'kind'], ['kind', 'id', 'note'], ['id', 'kind'], ['id'])
  .chain((columns) => {
    const cells = (length: number) =>
      fc.array(fc.constantFrom(...CELLS), { minLength: length, maxLength: length });
    return fc.record({
      columns: fc.constant(columns),
      records: fc.array(
        fc.oneof(
          { weight: 6, arbitrary: cells(columns.length) },
          { weight: 1, arbitrary: fc.integer({ min: 1, max: 5 }).chain(cells) },
        ),
        { maxLength: 14 },
      ),
      rules: fc.uniqueArray(fc.constantFrom(...RULES), { maxLength: 3 }),
      footerRows: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4 })),
      end: fc.constantFrom('\n', '\r\n'),
      isPacked: fc.boolean(),
    });
  });

const written = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** A record of one empty cell would be a blank line, which is nothing in a file of several columns. */
function text({ columns, records, end }: Case): string {
  const lines = records.map((cells) =>
    cells.length === 1 && cells[0] === '' ? '""' : cells.map(written).join(','),
  );
  return [columns.join(','), ...lines].join(end) + end;
}

/** The footer first, then whole records in the contract's order, then fields in the contract's order. */
function ruleOf({ columns, records, rules, footerRows }: Case, index: number): string | undefined {
  if (index >= records.length - footerRows) return 'footerRows';
  const cells = records[index] as readonly string[];
  const known = rules.filter(({ rule }) => !('field' in rule) || columns.includes(rule.field));
  const inOrder = [
    ...known.filter(({ rule }) => !('field' in rule)),
    ...known.filter(({ rule }) => 'field' in rule),
  ];
  return inOrder.find(({ isAt }) => isAt(cells, columns))?.name;
}

function expected(one: Case) {
  const { columns, records } = one;
  const seen = new Set<string>();
  const accepted: string[] = [];
  const skipped: Record<string, number> = {};
  let refused = 0;
  records.forEach((cells, i) => {
    const rule = ruleOf(one, i);
    if (rule !== undefined) {
      skipped[rule] = (skipped[rule] ?? 0) + 1;
      return;
    }
    const id = cells[columns.indexOf('id')] ?? '';
    if (cells.length !== columns.length || !/^\d+$/.test(id) || seen.has(id)) refused += 1;
    else {
      seen.add(id);
      accepted.push(id);
    }
  });
  const left = accepted.length + refused;
  const isRejected = refused > 0.5 * left || (accepted.length === 0 && refused > 0);
  return { accepted, refused, skipped, isRejected };
}

let files = 0;
async function outcome(one: Case) {
  const { columns, rules, footerRows, isPacked } = one;
  const own = rules.filter(({ rule }) => !('field' in rule) || columns.includes(rule.field));
  const words = {
    ...(own.length === 0 ? {} : { skipRows: own.map(({ rule }) => rule) }),
    ...(footerRows === 0 ? {} : { footerRows }),
  };
  const dataset = contract(words, columns);
  const scratch = join(world.scratch, `skipped-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, isPacked ? 'source.csv.gz' : 'source.csv');
  await writeFile(path, isPacked ? gzipSync(text(one)) : text(one));
  return world.sql.session(async (session) => {
    const result = await convert(session, { dataset, path, fromPath: new Map(), scratch });
    const [file] = result.outcome === 'accepted' ? result.dataFiles : [];
    const rows = file
      ? await session.rows<{ id: string }>(
          `SELECT CAST(id AS VARCHAR) AS id FROM read_parquet('${file.path}')`,
        )
      : [];
    return { result, ids: rows.map(({ id }) => id) };
  });
}

test('records = accepted + quarantined + skipped, each as the rules say', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const { accepted, refused, skipped, isRejected } = expected(one);
      const { result, ids } = await outcome(one);
      const found = Object.fromEntries((result.skipped ?? []).map(({ rule, rows }) => [rule, rows]));
      expect(result.rows).toBe(one.records.length);
      expect(result.outcome).toBe(isRejected ? 'rejected' : 'accepted');
      expect(found).toEqual(skipped);
      expect(result.quarantine?.rows ?? 0).toBe(refused);
      if (!isRejected) expect(ids.sort()).toEqual(accepted.sort());
    }),
    tries(60),
  );
});

test('of JSON: a member whose whole text matches', async () => {
  const json = fc.array(fc.constantFrom('1', '2', '30', 'Total', 'Totals', '', null), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(json, fc.constantFrom('json', 'ndjson'), async (ids, format) => {
      const records = ids.map((id) => JSON.stringify(id === null ? { note: 'n' } : { id, note: 'n' }));
      const schema = {
        fields: [
          { name: 'id', type: 'integer' },
          { name: 'note', type: 'string' },
        ],
      };
      const words = { name: 'rows', path: '*', format, maxRejectedRatio: 1, schema };
      const resources = [{ ...words, skipRows: { field: 'id', pattern: 'Tot.l|' } }];
      const [dataset] = parseContract('p', 'p', JSON.stringify({ name: 'p', resources }));
      const scratch = join(world.scratch, `skipped-${++files}`);
      await mkdir(scratch);
      const path = join(scratch, `source.${format}`);
      await writeFile(path, format === 'json' ? `[${records.join(',')}]` : records.join('\n'));
      await world.sql.session(async (session) => {
        const file = { dataset: dataset as Dataset, path, fromPath: new Map(), scratch };
        const result = await convert(session, file);
        // If no record has the member, there is no cell to look at.
        const isThere = ids.some((id) => id !== null);
        const isSkipped = (id: string | null) => isThere && (id === null || id === '' || id === 'Total');
        expect(result.outcome).toBe('accepted');
        expect(result.rows).toBe(ids.length);
        expect((result.skipped ?? []).reduce((sum, { rows }) => sum + rows, 0)).toBe(
          ids.filter(isSkipped).length,
        );
        expect(result.quarantine?.rows ?? 0).toBe(ids.filter((id) => id === 'Totals').length);
      });
    }),
    tries(30),
  );
});

test('a footer far down in a file, under records over several lines and a refused one', async () => {
  const records = Array.from({ length: 5000 }, (_, i) =>
    i === 4321 ? ['x', 'n', 'k'] : [String(i + 1), i % 7 === 0 ? 'two\nlines' : 'é', i % 2 === 0 ? '' : 'k'],
  );
  const footer = [['9001', 'no', 'row'], ['End,\nof file'], ['9002']];
  const columns = ['id', 'note', 'kind'];
  for (const [end, isPacked] of [['\n', false] as const, ['\r\n', true] as const]) {
    const all = { columns, records: [...records, ...footer], rules: [], footerRows: 3, end, isPacked };
    const { result, ids } = await outcome(all);
    expect(result).toMatchObject({
      outcome: 'accepted',
      rows: 5003,
      skipped: [{ rule: 'footerRows', rows: 3 }],
      quarantine: { rows: 1, examples: [{ line: 4321 + 2 + Math.ceil(4321 / 7), field: 'id' }] },
    });
    expect(ids).toHaveLength(4999);
    expect(Math.max(...ids.map(Number))).toBe(5000);
  }
});
