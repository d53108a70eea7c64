// Lists and structs through a lake: whatever files come, change and go, an insight that has such columns, and those that read
// them, hold what the engine computes of the rows that are there, and at each version what it computed then.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Derivation } from '../../lib/core/insight.ts';
import { tablePrefix } from '../../lib/core/insight.ts';
import { LocalFiles, tableRelation } from '../../lib/refresh/inputs.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { salesByDay } from '../support/sales-by-day.ts';
import { openLake, openPackage, put, syncPrune, TestClock, type TestLake } from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const contract = {
  name: 'shop',
  resources: [
    salesByDay([
      { name: 'id', type: 'integer' },
      { name: 'customer', type: 'string' },
      { name: 'amount', type: 'number', precision: 9, scale: 2 },
      { name: 'ratio', type: 'number', double: true },
    ]),
  ],
};
const insight = (select: string) => `/* ---\npartitionBy: [day]\n--- */\n${select}\n`;
const INSIGHTS = {
  baskets: insight(
    `SELECT day, customer, list({'id': id, 'amount': amount, 'b c': [ratio, id]} ORDER BY id, amount, ratio) AS lines,
  list(DISTINCT left(customer, 1) || id % 3 ORDER BY left(customer, 1) || id % 3) AS tags,
  {'n': sum(id), 'most': {'amount': max(amount), 'at': max(day)}, 'none': NULL::UUID, 'few': [1::UTINYINT]} AS totals
FROM sales GROUP BY day, customer`,
  ),
  lines: insight(
    `SELECT day, customer, line.id AS id, line.amount AS amount, line."b c" AS "b c"
FROM (SELECT day, customer, unnest(lines) AS line FROM baskets)`,
  ),
  tags: insight(
    `SELECT day, tag, count(*) AS baskets, list({'who': customer, 'n': totals.n} ORDER BY customer, totals.n) AS who, max(totals.most) AS most
FROM (SELECT day, customer, totals, unnest(tags) AS tag FROM baskets) GROUP BY day, tag`,
  ),
};

const world = useWorld(() => openPackage(contract, INSIGHTS));

type Cells = readonly [
  id: number | null,
  customer: string | null,
  amount: string | null,
  ratio: number | null,
];
const orNull = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null });
const cells: fc.Arbitrary<Cells> = fc.tuple(
  orNull(fc.integer({ min: -3, max: 9 })),
  orNull(fc.constantFrom('ann', "b'ob", 'c, "x" [] {}', 'NULL', '<b>ü</b>')),
  orNull(fc.constantFrom('0.10', '-7.25', '1234567.89')),
  orNull(fc.constantFrom(0.5, -2, 0, Number.POSITIVE_INFINITY, Number.NaN)),
);
const keys = fc
  .tuple(fc.constantFrom('2024-01-01', '2024-01-02'), fc.constantFrom('a', 'b', 'c'))
  .map(([day, name]) => `sales/day=${day}/${name}.csv`);
const steps = fc.array(fc.tuple(keys, orNull(fc.array(cells, { maxLength: 6 }))), {
  minLength: 3,
  maxLength: 7,
});

/** Of the files in landing, by key. */
type Landing = Map<string, readonly Cells[]>;

function csv(rows: readonly Cells[]): string {
  const text = (value: string | number | null) =>
    typeof value === 'string'
      ? `"${value.replaceAll('"', '""')}"`
      : String(value ?? '').replace('Infinity', 'INF');
  return ['id,customer,amount,ratio', ...rows.map((row) => row.map(text).join(','))].join('\n');
}

/** The insights' rows as texts, computed by the engine alone from the files' rows. */
async function expected(landing: Landing): Promise<Record<string, unknown>> {
  const rows = [...landing].flatMap(([key, all]) =>
    all.map(([id, customer, amount, ratio]) => {
      const text = (value: unknown, type: string) =>
        `CAST(${literal(value === null ? null : String(value))} AS ${type})`;
      const day = text(/day=([^/]+)/.exec(key)?.[1], 'DATE');
      return `(${day}, ${text(id, 'BIGINT')}, ${text(customer, 'VARCHAR')}, ${text(amount, 'DECIMAL(9,2)')}, ${text(ratio, 'DOUBLE')})`;
    }),
  );
  const none =
    "(CAST(NULL AS DATE), CAST(NULL AS BIGINT), '', CAST(NULL AS DECIMAL(9,2)), CAST(NULL AS DOUBLE))";
  return world.sql.session(async (session) => {
    await session.run(
      `CREATE TEMP TABLE sales AS SELECT * FROM (VALUES ${[none, ...rows].join(', ')}) t(day, id, customer, amount, ratio) WHERE day IS NOT NULL`,
    );
    const found: Record<string, unknown> = {};
    for (const [name, text] of Object.entries(INSIGHTS)) {
      await session.run(`CREATE TEMP TABLE ${name} AS ${text.replace(/^\/\*.*?\*\//s, '')}`);
      found[name] = await session.rows(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ${name} ORDER BY ALL`);
    }
    return found;
  });
}

async function held(
  lake: TestLake,
  versions?: ReadonlyMap<string, number>,
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const { target } of insights(lake)) {
    const { tables, lake: store, catalog, sql } = lake.effects;
    const version = versions?.get(target.name);
    const prefix = tablePrefix(target);
    const snapshot = version === undefined ? await tables.latest(prefix) : await tables.at(prefix, version);
    if (snapshot === undefined) throw new Error(`no table ${prefix}`);
    const local = new LocalFiles(store);
    const relation = await tableRelation(catalog, local, target, snapshot, [...snapshot.files.values()]);
    found[target.name] = await sql.session((session) =>
      session.rows(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${relation}) ORDER BY ALL`),
    );
  }
  return found;
}

const insights = ({ effects }: TestLake): readonly Derivation[] => effects.catalog.derivations;

async function versionsOf(lake: TestLake): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const { target } of insights(lake))
    found.set(target.name, (await lake.effects.tables.latest(tablePrefix(target)))?.version ?? -1);
  return found;
}

test('any history gives what the engine computes of the rows that are there', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const clock = new TestClock();
      const lake = openLake(world, clock);
      const landing: Landing = new Map();
      const past: { readonly versions: ReadonlyMap<string, number>; readonly rows: unknown }[] = [];
      for (const [key, rows] of history) {
        clock.tick();
        if (rows === null) {
          landing.delete(key);
          await lake.effects.landing.remove([key]);
        } else {
          landing.set(key, rows);
          await put(lake.effects.landing, key, csv(rows));
        }
        await syncPrune(lake);
        expect(lake.dead).toEqual([]);
        const wanted = await expected(landing);
        expect(await held(lake)).toEqual(wanted);
        past.push({ versions: await versionsOf(lake), rows: wanted });
      }
      for (const { versions, rows } of past) expect(await held(lake, versions)).toEqual(rows);
    }),
    tries(6),
  );
});

test('the columns have the types of Delta that hold every value', () => {
  const types = Object.fromEntries(
    world.catalog.derivations.map(({ target, columns, varied }) => [
      target.name,
      { columns: columns.map(({ name, type }) => `${name} ${type}`), varied },
    ]),
  );
  const line = 'struct<id:long,amount:decimal(9,2),"b c":array<double>>';
  expect(types).toEqual({
    baskets: {
      columns: [
        'day date',
        'customer string',
        `lines array<${line}>`,
        'tags array<string>',
        'totals struct<n:decimal(38,0),most:struct<amount:decimal(9,2),at:date>,none:string,few:array<integer>>',
      ],
      varied: ['lines'],
    },
    lines: {
      columns: ['day date', 'customer string', 'id long', 'amount decimal(9,2)', 'b c array<double>'],
      varied: ['b c'],
    },
    tags: {
      columns: [
        'day date',
        'tag string',
        'baskets long',
        'who array<struct<who:string,n:decimal(38,0)>>',
        'most struct<amount:decimal(9,2),at:date>',
      ],
      varied: undefined,
    },
  });
});
