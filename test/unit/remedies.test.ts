// Whatever a refusal advises to write is itself accepted: each piece of advice is filled in and loaded as an insight.
import { describe, expect, it } from 'vitest';
import { castType, columnType } from '../../lib/core/schema.ts';
import { engineFunctions } from '../../lib/definitions/parse-select.ts';
import { typeRemedy } from '../../lib/definitions/stored-type.ts';
import { remedyOf, sensitivity } from '../../lib/sql/order-sensitivity.ts';
import { contract, engine, insight, load, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

const FIELDS = [
  { name: 'id', type: 'integer' },
  { name: 'label', type: 'string' },
  { name: 'price', type: 'number', precision: 9, scale: 2 },
  { name: 'dbl', type: 'number', double: true },
];

function loadSelect(sql: string) {
  return load({
    'shop/datapackage.json': contract('sales', {}, FIELDS),
    'shop/insights/advised.sql': insight(sql),
  });
}

/** Loads each as an insight of its own, all of them at once. */
async function expectAccepted(selects: readonly string[]): Promise<void> {
  const files = selects.map((sql, i) => [`shop/insights/advised_${i}.sql`, insight(sql)]);
  const loading = load({
    'shop/datapackage.json': contract('sales', {}, FIELDS),
    ...Object.fromEntries(files),
  });
  await expect(loading, selects.map((sql, i) => `advised_${i}: ${sql}`).join('\n')).resolves.toBeDefined();
}

/** `x`, `y` and `t` as an author would fill them in. */
function fill(advice: string, x: string, y: string): string {
  return advice.replace(/\b[xy]\b/g, (name) => (name === 'x' ? x : y)).replace('FROM t ', 'FROM sales ');
}

describe('of functions that depend on the order of the rows', () => {
  it('all advice is accepted', async () => {
    const { aggregates } = await engine.session(engineFunctions);
    const refused = [...aggregates].filter((name) => sensitivity(name, aggregates) !== 'free');
    expect(refused.length).toBeGreaterThan(50);
    const macros = ['json_group_array', 'json_group_object', 'json_group_structure', 'geomean', 'wavg'];
    const advised = new Set([...refused, ...macros, 'sum', 'avg'].flatMap((name) => remedyOf(name).write));
    expect(advised.size).toBeGreaterThan(20);
    const selects = [...advised].map((advice) => {
      const isText = /','|json|list/.test(advice);
      const filled = fill(advice, isText && !/\*/.test(advice) ? 'label' : 'price', 'id');
      return filled.startsWith('SELECT')
        ? `SELECT id, (${filled}) AS a FROM sales GROUP BY id`
        : `SELECT id % 7 AS g, ${/^(list|array_agg)\(/.test(filled) ? `to_json(${filled})` : cast(filled)} AS a FROM sales GROUP BY ALL`;
    });
    await expectAccepted(selects);
  });

  it('and what is summed up exactly may have been a float', async () => {
    const advised = ['sum', 'avg', 'stddev', 'var_pop', 'sem', 'fsum'].map((name) =>
      remedyOf(name).write.at(-1),
    );
    await expectAccepted(
      advised.map((advice = '') => `SELECT id, ${fill(advice, 'dbl', 'id')} AS a FROM sales GROUP BY id`),
    );
  });
});

/** Whatever type they return. */
function cast(sql: string): string {
  return `CAST(${sql} AS VARCHAR)`;
}

describe('of types that Delta has none for', () => {
  it('all advice is accepted, and gives a type that it has', async () => {
    const types = await engine.session((session) => session.describe('FROM test_all_types()'));
    const more = ['VARIANT', 'TIMESTAMP_NS', 'BIT', 'TIME WITH TIME ZONE', 'INTERVAL', 'UUID', 'BLOB'];
    const all = new Set([...types.map(({ type }) => type), ...more]);
    const refused = [...all].filter((type) => (columnType(type) ?? castType(type)) === undefined);
    expect(refused.length).toBeGreaterThan(15);
    await expectAccepted(
      refused.flatMap((type) =>
        typeRemedy(type).map(
          (advice) => `SELECT id, ${fill(advice, `CAST(NULL AS ${type})`, '')} AS a FROM sales`,
        ),
      ),
    );
  });
});

describe('of equal values that differ', () => {
  it.each([
    ['SELECT CAST(max(dbl / id) AS VARCHAR) AS a FROM sales', 'dbl / id'],
    [
      "SELECT string_agg(CAST(q AS VARCHAR), ',' ORDER BY q) AS a FROM (SELECT dbl / id AS q FROM sales)",
      'dbl / id',
    ],
    ['SELECT label, dbl / id AS q FROM sales ORDER BY q, label LIMIT 3', 'dbl / id'],
    [
      'SELECT CAST(max(to_months(CAST(id AS INTEGER))) AS VARCHAR) AS a FROM sales',
      'to_months(CAST(id AS INTEGER))',
    ],
    ['SELECT arg_max(q, (q, q)) AS a FROM (SELECT dbl / id AS q FROM sales)', 'dbl / id'],
    ['SELECT CAST(histogram(dbl) AS VARCHAR) AS a FROM sales', 'dbl'],
  ])('%s', async (sql, x) => {
    const refusal = await loadSelect(sql).then(
      () => '',
      (error: unknown) => String(error),
    );
    const advised = [/CAST\(x AS DECIMAL\(38, 9\)\)/, /epoch_us\(x\)/].flatMap(
      (advice) => refusal.match(advice) ?? [],
    );
    expect(advised.length, refusal).toBeGreaterThan(0);
    const written = x.startsWith('to_months') ? advised.at(-1) : advised[0];
    const exact = (written ?? '').replace(/\bx\b/, x);
    const corrected = sql.replaceAll(x, exact);
    await expect(loadSelect(corrected), corrected).resolves.toBeDefined();
  });
});
