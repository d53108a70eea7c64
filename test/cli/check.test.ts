// `sluice check`: everything that is wrong, or what an insight is and its newest rows.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, TAKINGS } from './shop.ts';
import { twoDays } from './two-days.ts';

const [SALES] = CONTRACT.resources as [(typeof CONTRACT.resources)[0]];
const WRONG = TAKINGS.replace('SELECT day, till,', 'SELECT day, random() AS r, now() AS t,');

test('an insight that is right: its columns, its key, its driver and the newest rows', async () => {
  const shop = await twoDays();
  const file = join(shop.folder, 'schemas/shop/insights/takings.sql');
  // Another SQL than that of the lake: what it would return is shown.
  await shop.define(CONTRACT, TAKINGS.replace('AS takings', 'AS takings, count(*) AS sales'));
  const { code, out } = await sluice(['check', file, ...shop.places.slice(2)]);
  expect(out.replaceAll(file, 'FILE').split('\n')).toEqual([
    'takings (FILE): nothing is wrong.',
    'Driven by sales, partition by partition: day',
    'Key: day, till',
    '',
    'column   type',
    '───────  ─────────────  ─────────',
    'day      date           partition',
    'till     string         key',
    'takings  decimal(38,2)',
    'sales    long',
    '',
    'The newest partition, day=2024-05-02, as this SQL computes it: 1 row',
    'day         till   takings  sales',
    '──────────  ─────  ───────  ─────',
    '2024-05-02  north     4.00      1',
    '',
  ]);
  expect(code).toBe(0);
  const json = await sluice(['check', 'takings', '--format', 'json', ...shop.places.slice(2)]);
  expect(JSON.parse(json.out)).toMatchObject({
    right: true,
    insight: { name: 'takings', over: 'sales', partitionBy: ['day'], key: ['till'], inputs: ['sales'] },
    sample: { partition: { day: '2024-05-02' }, rowCount: 1, rows: [{ till: 'north', takings: '4.00' }] },
  });
});

const TARGETS = {
  ...SALES,
  name: 'targets',
  path: 'targets/day=*/*.csv',
};
const COMPARED = `/* ---
over: sales
partitionBy: [day]
--- */
SELECT day, till, amount, (SELECT count(*) FROM targets t WHERE t.day = sales.day) AS of_day FROM sales`;

test('a side input that is joined by partition, and one that is read as a whole', async () => {
  const shop = await makeShop();
  const contract = { ...CONTRACT, resources: [SALES, TARGETS] };
  await shop.define(contract, COMPARED);
  const lake = shop.places.slice(2);
  const line = 'Joined by day, so that a change touches only those partitions: targets';
  expect((await sluice(['check', 'takings', ...lake])).out).toContain(`partition: day\n${line}\nKey:`);
  const json = JSON.parse((await sluice(['check', 'takings', '--format', 'json', ...lake])).out);
  expect(json.insight.joined).toEqual([{ name: 'targets', by: [{ own: 'day', theirs: 'day' }] }]);
  const schemas = ['--schemas', shop.places[5] ?? ''];
  expect((await sluice(['graph', ...schemas])).out).toContain('  t_targets -- "by day" --> t_takings\n');
  const { edges } = JSON.parse((await sluice(['graph', '--format', 'json', ...schemas])).out);
  expect(edges).toContainEqual({ from: 'targets', to: 'takings', kind: 'joined', by: ['day'] });
  await shop.define(contract, COMPARED.replace('t.day = sales.day', 't.day <= sales.day'));
  const whole = 'Read as a whole, so that a change touches every partition: targets';
  expect((await sluice(['check', 'takings', ...lake])).out).toContain(`partition: day\n${whole}\nKey:`);
});

test('without a lake, and where the lake is not as it is defined now', async () => {
  const shop = await twoDays();
  await shop.define(
    { ...CONTRACT, resources: [{ ...SALES, schema: { ...SALES.schema, missingValues: ['', '-'] } }] },
    TAKINGS,
  );
  const changed = await sluice(['check', 'takings', ...shop.places.slice(2)]);
  expect(changed).toMatchObject({ code: 0, err: '' });
  expect(changed.out).toContain(
    'No rows to show: sales is not in the lake as it is defined now: run "npx sluice sync".',
  );
  const none = await sluice(['check', 'takings', '--no-rows', ...shop.places.slice(2)]);
  expect(none.out).not.toContain('rows');
  await rm(shop.lake, { recursive: true });
  expect((await sluice(['check', 'takings', ...shop.places.slice(2)])).code).toBe(0);
});

test('everything that is wrong, with what it holds back', async () => {
  const shop = await makeShop();
  const lake = shop.places.slice(2);
  expect(await sluice(['check', ...lake])).toEqual({
    code: 0,
    out: '2 definitions: nothing is wrong.\n',
    err: '',
  });
  await shop.define(CONTRACT, WRONG);
  for (const operand of [[], ['takings'], [join(shop.folder, 'schemas/shop/insights/takings.sql')]]) {
    const { code, out } = await sluice(['check', ...operand, ...lake]);
    expect(code).toBe(1);
    expect(out).toMatch(/takings\.sql, line 11: random\(\)[^\n]*\n[^\n]*takings\.sql, line 11: now\(\)/);
    expect(out).toContain(`2 problems in 1 of ${operand.length === 0 ? '2 definitions' : '1 definition'}.`);
  }
  expect((await sluice(['check', 'sales', ...lake])).out).toBe('1 definition: nothing is wrong.\n');
  const document = JSON.parse((await sluice(['check', '--format', 'json', ...lake])).out);
  expect(document).toMatchObject({ right: false, definitions: 2, aside: [{ names: ['takings'], held: [] }] });
  expect(document.aside[0].messages).toHaveLength(2);
  await shop.define({ ...CONTRACT, resources: [{ ...SALES, partitionBy: ['dya'] }] }, TAKINGS);
  const held = await sluice(['check', 'takings', ...lake]);
  expect(held.code).toBe(1);
  expect(held.out).toContain('Held back, because they read these: takings\n');
  expect(await sluice(['check', 'takins', ...lake])).toMatchObject({ code: 2, out: '' });
});

test('sync, status and plan say all of it, too', async () => {
  const shop = await twoDays();
  await shop.define(CONTRACT, WRONG);
  for (const verb of ['sync', 'status', 'plan']) {
    const { code, out, err } = await sluice([verb, ...shop.places]);
    expect(code).toBe(1);
    expect(out + err).toContain('random()');
    expect(out + err).toContain('now()');
  }
});
