import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { foreignKeyAudits } from '../../lib/core/foreign-keys.ts';
import { parse } from './contract-case.ts';

let engine: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  engine = await openDuckDb();
});
afterAll(() => engine.close());

const [, orders] = parse(
  JSON.stringify({
    resources: [
      {
        name: 'customers',
        path: 'c/*.csv',
        schema: { fields: [{ name: 'id', type: 'integer' }, { name: 'country' }] },
      },
      {
        name: 'orders',
        path: 'o/*.csv',
        schema: {
          fields: [
            { name: 'id', type: 'integer' },
            { name: 'replaces', type: 'number' },
            { name: 'customer', type: 'integer' },
            { name: 'its country' },
          ],
          foreignKeys: [
            {
              fields: ['customer', 'its country'],
              reference: { resource: 'customers', fields: ['id', 'country'] },
            },
            { fields: 'replaces', reference: { resource: '', fields: 'id' } },
          ],
        },
      },
    ],
  }),
);

it('a row is an orphan once per row, whose key is whole and stands nowhere over there', async () => {
  if (!orders) throw new Error('no orders');
  const audits = foreignKeyAudits(orders);
  expect(audits.map(({ name, resource }) => [name, resource])).toEqual([
    ['orders.customer, its country references customers.id, country', 'customers'],
    ['orders.replaces references orders.id', 'orders'],
  ]);
  const found = await engine.session(async (session) => {
    await session.run(
      `CREATE TEMP TABLE customers AS FROM (VALUES (1, 'fi'), (1, 'fi'), (2, NULL)) t(id, country)`,
    );
    await session.run(`CREATE TEMP TABLE orders AS FROM (VALUES
      (1, NULL, 1, 'fi'), (2, 1.0, 1, 'se'), (3, 9, 1, 'se'), (4, 1.5, 7, NULL), (5, 5, NULL, 'fi'), (6, 3, 2, 'no')
    ) t(id, replaces, customer, "its country")`);
    return Promise.all(audits.map(({ sql }) => session.rows(`${sql} ORDER BY ALL`)));
  });
  expect(found).toEqual([
    [
      { customer: 1, 'its country': 'se' },
      { customer: 1, 'its country': 'se' },
      { customer: 2, 'its country': 'no' },
    ],
    [{ replaces: '1.5' }, { replaces: '9.0' }],
  ]);
});

it('a contract without foreign keys has no audits', () => {
  const [customers] = parse(
    JSON.stringify({ resources: [{ name: 'a', path: '*.csv', schema: { fields: [{ name: 'x' }] } }] }),
  );
  expect(customers && foreignKeyAudits(customers)).toEqual([]);
});
