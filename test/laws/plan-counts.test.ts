// What `sluice plan` counts is what the next `sluice sync` does: over random files, contracts and SQL, the rows that it says would
// be refused and accepted are compared, one by one, with those of the lake before and after, and its totals with what `query` says.
// The test knows which rows are in which file, and sums decimals by whole cents of its own.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sluice } from '../cli/harness.ts';
import { makeShop, type Shop } from '../cli/shop.ts';
import { tries } from '../support/tries.ts';

const TRIES = tries(6);

type Terms = {
  readonly minimum?: number;
  readonly tills: readonly string[];
  readonly amountRequired: boolean;
  readonly header: 'amount' | 'value';
  readonly ratio?: number;
  readonly scale: number;
  readonly mode: 'append' | 'upsert' | 'replace';
};

const contractOf = (terms: Terms) => ({
  name: 'shop',
  resources: [
    {
      name: 'sales',
      path: 'shop/day=*/*.csv',
      partitionBy: ['day'],
      mode: terms.mode,
      ...(terms.ratio === undefined ? {} : { maxRejectedRatio: terms.ratio }),
      schema: {
        fields: [
          { name: 'day', type: 'date' },
          { name: 'id', type: 'string', constraints: { required: true } },
          { name: 'till', type: 'string', constraints: { enum: terms.tills } },
          {
            name: 'amount',
            header: terms.header,
            type: 'number',
            precision: 10 + terms.scale,
            scale: terms.scale,
            constraints: {
              required: terms.amountRequired,
              ...(terms.minimum === undefined ? {} : { minimum: terms.minimum }),
            },
          },
        ],
        ...(terms.mode === 'upsert' ? { primaryKey: ['day', 'id'] } : {}),
      },
    },
  ],
});

const ANSWERS = {
  sum: 'CAST(sum(amount) AS DECIMAL(38, 3))',
  twice: 'CAST(sum(2 * amount) AS DECIMAL(38, 3))',
  positive: 'CAST(sum(amount) FILTER (amount > 0) AS DECIMAL(38, 3))',
} as const;
type Answer = keyof typeof ANSWERS;

/** The rows of the newest file are no partitions: `replace`. */
const insightOf = (answer: Answer, byTill: boolean, mode: Terms['mode']) => `/* ---
over: sales
${mode === 'replace' ? '' : 'partitionBy: [day]\n'}${byTill ? 'key: [day, till]\n' : ''}--- */
SELECT day, ${byTill ? 'till, ' : ''}${ANSWERS[answer]} AS takings, count(*) AS sales FROM sales GROUP BY day${byTill ? ', till' : ''}
`;

const terms = (mode: Terms['mode']) =>
  fc.record(
    {
      minimum: fc.constantFrom(-3, 0, 2),
      tills: fc.constantFrom(['north', 'south'], ['north', 'east'], ['north', 'south', 'east']),
      amountRequired: fc.boolean(),
      header: fc.constantFrom('amount' as const, 'amount' as const, 'amount' as const, 'value' as const),
      ratio: fc.constantFrom(0.4, 1),
      scale: fc.constantFrom(2, 3),
      mode: fc.constant(mode),
    },
    { requiredKeys: ['tills', 'amountRequired', 'header', 'scale', 'mode'] },
  );
const row = fc.record({
  till: fc.constantFrom('north', 'south', 'east', ''),
  amount: fc.constantFrom('1', '2.25', '0.125', '-5', 'x', '', '99999.99'),
});
const KEYS = ['shop/day=2024-01-01/a.csv', 'shop/day=2024-01-01/b.csv', 'shop/day=2024-01-02/a.csv'];
const story = fc
  .constantFrom('append' as const, 'append' as const, 'upsert' as const, 'replace' as const)
  .chain((mode) =>
    fc.record({
      old: terms(mode),
      now: terms(mode),
      files: fc.array(fc.array(row, { minLength: 1, maxLength: 6 }), { minLength: 3, maxLength: 3 }),
      /** A file that comes between the two syncs. */
      late: fc.option(fc.array(row, { minLength: 1, maxLength: 3 }), { nil: undefined }),
      sql: fc.tuple(
        fc.constantFrom<Answer>('sum', 'twice', 'positive'),
        fc.constantFrom<Answer>('sum', 'twice'),
      ),
      byTill: fc.boolean(),
    }),
  );
type Row = { readonly till: string; readonly amount: string };

/** Ids that are in one file alone, but for those of an upsert's file `b`, which has some of `a` again. */
function textOf(file: number, rows: readonly Row[], mode: Terms['mode'], header: string): string {
  const id = (index: number) => (mode === 'upsert' && file === 1 ? `0-${index}` : `${file}-${index}`);
  const lines = rows.map(({ till, amount }, index) => `${id(index)},${till},${amount}`);
  return [`id,till,${header}`, ...lines, ''].join('\n');
}

async function synced(shop: Shop): Promise<void> {
  const { code, out, err } = await sluice(['sync', ...shop.places]);
  expect([0, 3], `${out}${err}`).toContain(code);
}

async function asked(shop: Shop, sql: string): Promise<Record<string, string | number | null>[]> {
  const { out, err, code } = await sluice(['query', sql, '--format', 'json', ...shop.places.slice(2)]);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out);
}

/** By file: what is live of it, and whether the newest version is rejected. From each data file's tags in the log. */
async function liveRows(shop: Shop, mode: Terms['mode']) {
  const table = join(shop.lake, mode === 'append' ? 'tables' : 'arrivals', 'sales', '_delta_log');
  const names = (await readdir(table)).filter((name) => /^\d+\.json$/.test(name)).sort();
  const live = new Map<string, Record<string, string>>();
  for (const name of names)
    for (const line of (await readFile(join(table, name), 'utf8')).trim().split('\n')) {
      const { add, remove } = JSON.parse(line);
      if (remove) live.delete(remove.path);
      if (add) live.set(add.path, add.tags);
    }
  const counts = new Map<string, { accepted: number; quarantined: number }>();
  for (const tags of live.values())
    counts.set(tags['sluice.source'] ?? '', {
      accepted: Number(tags['sluice.acceptedRows']),
      quarantined: Number(tags['sluice.quarantinedRows']),
    });
  return counts;
}

/** Line by line what `rejects` says of a file: the lines that are refused, and whether the file is rejected. */
async function refusedLines(shop: Shop, key: string) {
  const { out } = await sluice(['rejects', key, '--format', 'json', '--limit', '1000', ...shop.places]);
  return new Set((JSON.parse(out) as { line: number }[]).map(({ line }) => line));
}

async function rejectedFiles(shop: Shop) {
  const { out } = await sluice(['rejects', '--format', 'json', ...shop.places]);
  const found = JSON.parse(out) as { source: string; outcome: string }[];
  return new Set(found.flatMap(({ source, outcome }) => (outcome === 'rejected' ? [source] : [])));
}

async function stateOf(shop: Shop, mode: Terms['mode'], keys: readonly string[]) {
  const rejected = await rejectedFiles(shop);
  const refused = new Map<string, Set<number>>();
  for (const key of keys) refused.set(key, await refusedLines(shop, key));
  return { rejected, refused, live: await liveRows(shop, mode), totals: await totalsOf(shop, mode) };
}

/** In thousandths, so that a number of whole ones is exact. */
const thousandths = (text: string | number | null) => (text === null ? 0 : Math.round(Number(text) * 1000));

/** By partition. */
async function totalsOf(shop: Shop, mode: Terms['mode']) {
  const rows = await asked(shop, 'SELECT CAST(day AS VARCHAR) AS day, takings, sales FROM takings');
  const days = new Map<string, { rows: number; takings: number; sales: number }>();
  for (const { day, takings, sales } of rows) {
    const id = mode === 'replace' ? 'all' : String(day);
    const known = days.get(id) ?? { rows: 0, takings: 0, sales: 0 };
    days.set(id, {
      rows: known.rows + 1,
      takings: known.takings + thousandths(takings ?? null),
      sales: known.sales + Number(sales),
    });
  }
  return days;
}

type Total = { column: string; old: string | null; new: string | null; difference: string };
type Totals = {
  rows: { old: number; new: number };
  columns: Total[];
  partitions: { partition: { day?: string }; rows: { old: number; new: number }; columns: Total[] }[];
  equalPartitions: number;
};

function compareTotals(
  totals: Totals,
  before: Awaited<ReturnType<typeof totalsOf>>,
  after: Awaited<ReturnType<typeof totalsOf>>,
): void {
  const none = { rows: 0, takings: 0, sales: 0 };
  const moved = [...new Set([...before.keys(), ...after.keys()])].flatMap((day) => {
    const [old, now] = [before.get(day) ?? none, after.get(day) ?? none];
    return JSON.stringify(old) === JSON.stringify(now) ? [] : [{ day, old, now }];
  });
  const said = totals.partitions.map(({ partition, rows, columns }) => {
    const of = (name: string) => columns.find(({ column }) => column === name);
    return { day: partition.day ?? 'all', rows, takings: of('takings'), sales: of('sales') };
  });
  const byDay = (a: { day: string }, b: { day: string }) => (a.day < b.day ? -1 : 1);
  expect(said.map(({ day }) => day).sort()).toEqual(moved.map(({ day }) => day).sort());
  for (const [index, { old, now }] of moved.sort(byDay).entries()) {
    const one = said.sort(byDay)[index];
    expect(one?.rows).toEqual({ old: old.rows, new: now.rows });
    for (const name of ['takings', 'sales'] as const) {
      const scale = name === 'takings' ? 1000 : 1;
      const total = one?.[name];
      if (old[name] === now[name]) expect(total).toBeUndefined();
      else {
        expect(Math.round(Number(total?.old ?? 0) * scale)).toBe(old[name]);
        expect(Math.round(Number(total?.new ?? 0) * scale)).toBe(now[name]);
        expect(Math.round(Number(total?.difference) * scale)).toBe(now[name] - old[name]);
      }
    }
  }
  expect(totals.equalPartitions).toBe(new Set([...before.keys(), ...after.keys()]).size - moved.length);
  const sum = (days: typeof before, of: 'rows' | 'takings') =>
    [...days.values()].reduce((n, day) => n + day[of], 0);
  expect(totals.rows).toEqual({ old: sum(before, 'rows'), new: sum(after, 'rows') });
  const all = totals.columns.find(({ column }) => column === 'takings');
  expect(Math.round(Number(all?.old ?? 0) * 1000)).toBe(sum(before, 'takings'));
  expect(Math.round(Number(all?.new ?? 0) * 1000)).toBe(sum(after, 'takings'));
}

test('what plan counts is what sync does', async () => {
  const seen = { refused: 0, admitted: 0, rejected: 0, accepted: 0, late: 0, moved: 0, rebuilt: 0 };
  await fc.assert(
    fc.asyncProperty(story, async ({ old, now, files, late, sql, byTill }) => {
      const shop = await makeShop();
      const keys = KEYS.slice();
      await shop.define(contractOf(old), insightOf(sql[0], byTill, old.mode));
      for (const [index, rows] of files.entries())
        await shop.write(KEYS[index] ?? '', textOf(index, rows, old.mode, old.header));
      await synced(shop);
      const before = await stateOf(shop, old.mode, keys);
      await shop.define(contractOf(now), insightOf(sql[1], byTill, old.mode));
      const lateKey = 'shop/day=2024-01-03/late.csv';
      if (late) await shop.write(lateKey, textOf(3, late, now.mode, now.header));
      const onDisk = async () => (await readdir(shop.folder, { recursive: true })).sort();
      const untouched = await onDisk();
      const planned = await sluice(['plan', '--format', 'json', ...shop.places]);
      expect(await onDisk()).toEqual(untouched);
      // Fewer decimals are for a rebuild: the table is said to be broken until then.
      const isBroken = now.scale < old.scale;
      expect([planned.code, planned.err]).toEqual([isBroken ? 3 : 0, '']);
      const { changes } = JSON.parse(planned.out);
      if (isBroken) await sluice(['rebuild', 'sales', '--yes', ...shop.places]);
      await synced(shop);
      const after = await stateOf(shop, now.mode, late ? [...keys, lateKey] : keys);

      const contract = changes.find(({ counts }: { counts?: object }) => counts !== undefined);
      if (contract !== undefined) {
        const { counts } = contract;
        const both = keys.filter((key) => !before.rejected.has(key) && !after.rejected.has(key));
        const only = (one: typeof before, other: typeof before) =>
          both.reduce((n, key) => {
            const others = other.refused.get(key) ?? new Set();
            return n + [...(one.refused.get(key) ?? [])].filter((line) => !others.has(line)).length;
          }, 0);
        expect([counts.refused, counts.admitted]).toEqual([only(after, before), only(before, after)]);
        for (const { source, line } of counts.refusedExamples) {
          expect(after.refused.get(source)?.has(line)).toBe(true);
          expect(before.refused.get(source)?.has(line)).toBe(false);
        }
        expect(counts.newlyRejected.map(({ source }: { source: string }) => source)).toEqual(
          keys.filter((key) => !before.rejected.has(key) && after.rejected.has(key)),
        );
        expect(counts.newlyAccepted.map(({ source }: { source: string }) => source)).toEqual(
          keys.filter((key) => before.rejected.has(key) && !after.rejected.has(key)),
        );
        const accepted = (state: typeof before) =>
          [...state.live.values()].reduce((n, { accepted }) => n + accepted, 0);
        expect([counts.before.live, counts.after.live]).toEqual([accepted(before), accepted(after)]);
        expect(counts.firstRead.files).toBe(late ? 1 : 0);
        seen.refused += counts.refused;
        seen.admitted += counts.admitted;
        seen.rejected += counts.newlyRejected.length;
        seen.accepted += counts.newlyAccepted.length;
        seen.rebuilt += isBroken ? 1 : 0;
        seen.late += counts.firstRead.accepted;
      }
      const takings = changes.find(({ table }: { table: string }) => table === 'insights/takings');
      // Without a change of contract or SQL nothing is planned, and a late file is none of its business.
      if (takings !== undefined && (contract !== undefined || !late)) {
        compareTotals(takings.totals, before.totals, after.totals);
        seen.moved += takings.totals.partitions.length;
      }
    }),
    TRIES,
  );
  for (const [what, times] of Object.entries(seen)) expect([what, times > 0]).toEqual([what, true]);
});
