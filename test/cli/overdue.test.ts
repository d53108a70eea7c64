// Files that do not come, as people see it: status, certify, notices, and that a file which comes late closes it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Notifying } from '../../lib/cli/notifying.ts';
import { terminalOver } from '../../lib/cli/terminal.ts';
import type { LocalLake } from '../../lib/local/open-lake.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import { openWebhook } from '../support/webhook.ts';
import { sluice } from './harness.ts';
import { withWebhook } from './notify-shop.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const DAY_MS = 24 * 3_600_000;
/** One in which it is not near midnight now, so that no day ends while a test runs. */
const ZONE = [...'000', ...'x'.repeat(18), ...'000'][new Date().getUTCHours()] === 'x' ? 'UTC' : 'Asia/Tokyo';
/** `2026-11-28`: of so many days ago, there. */
const day = (ago: number) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short' }).format(Date.now() - ago * DAY_MS);

function expecting(words: object, path = 'shop/day=*/*.csv') {
  const [sales] = CONTRACT.resources;
  return {
    ...CONTRACT,
    resources: [{ ...sales, path, expect: { every: 'day', by: '00:00', timezone: ZONE, ...words } }],
  };
}

const keyOf = (ago: number) => `shop/day=${day(ago)}/a.csv`;
const run = (verb: string, { places }: Shop, ...args: string[]) => sluice([verb, ...places, ...args]);

describe('status and certify', () => {
  it('name what has not come, with when it was due; a file that comes late closes it', async () => {
    const shop = await makeShop();
    await shop.define(expecting({ from: day(5) }), TAKINGS);
    for (const ago of [5, 4, 1, 0]) await shop.sell(keyOf(ago), 'north,1');
    expect((await run('sync', shop)).code).toBe(0);
    const status = await run('status', shop);
    expect(status.code).toBe(3);
    expect(status.out).toContain(
      `Overdue (expected files that have not come):\n  sales: ${day(3)} to ${day(2)} (2 files), the first due ${day(2)} 00:00 ${ZONE}\n`,
    );
    const certificate = await run('certify', shop);
    expect(certificate.code).toBe(3);
    expect(certificate.out).toContain(
      `  sales: ${day(3)} to ${day(2)} (2 files), the first due ${day(2)} 00:00`,
    );
    expect(certificate.out).toContain('Certified, but 2 expected files are overdue: 4 landing objects');
    const gap = { per: {}, first: day(3), last: day(2), periods: 2, due: `${day(2)} 00:00 ${ZONE}` };
    for (const verb of ['status', 'certify']) {
      const { datasets } = JSON.parse((await run(verb, shop, '--format', 'json')).out);
      const overdue = { periods: 2, gaps: [{ ...gap, since: expect.stringMatching(/Z$/) }], moreGaps: 0 };
      expect(datasets[0].overdue).toEqual(overdue);
    }
    // In landing is enough: that it waits is said elsewhere.
    await shop.sell(keyOf(3), 'north,1');
    expect((await run('status', shop)).out).toContain(`  sales: ${day(2)}, due ${day(1)} 00:00 ${ZONE}\n`);
    await shop.sell(keyOf(2), 'north,1');
    await run('sync', shop);
    const after = await run('status', shop);
    expect(after).toMatchObject({ code: 0, out: expect.not.stringContaining('Overdue') });
    expect(await run('certify', shop)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Certified: 6 landing objects'),
    });
  });

  it('per: each combination that comes at all, from its first file; one that ended before from is let go', async () => {
    const shop = await makeShop();
    const contract = (from?: string) =>
      expecting({ per: ['till'], ...(from ? { from } : {}) }, 'shop/till=*/day=*/*.csv');
    await shop.define(contract(), TAKINGS);
    const key = (till: string, ago: number) => `shop/till=${till}/day=${day(ago)}/a.csv`;
    for (const ago of [6, 5, 4, 3, 2, 1]) await shop.write(key('north', ago), 'amount\n1\n');
    for (const ago of [3, 1]) await shop.write(key('south', ago), 'amount\n1\n');
    await shop.write(key('west', 6), 'amount\n1\n');
    await run('sync', shop);
    const all = await run('status', shop);
    expect(all.code).toBe(3);
    expect(all.out).toContain(
      [
        'Overdue (expected files that have not come):',
        `  sales (till=west): ${day(5)} to ${day(1)} (5 files), the first due ${day(4)} 00:00 ${ZONE}`,
        `  sales (till=south): ${day(2)}, due ${day(1)} 00:00 ${ZONE}`,
        '',
      ].join('\n'),
    );
    await shop.define(contract(day(4)), TAKINGS);
    expect((await run('status', shop)).out).toContain(
      `Overdue (expected files that have not come):\n  sales (till=south): ${day(2)}, due ${day(1)} 00:00 ${ZONE}\n`,
    );
  });

  it('captures tell the period and per; a delivery has come with its marker', async () => {
    const shop = await makeShop();
    const [sales] = CONTRACT.resources;
    const expected = {
      ...sales,
      path: 'shop/{day}/{shop}/a.csv',
      mode: 'replace',
      scope: ['day', 'shop'],
      delivery: { by: ['day', 'shop'], complete: 'done.ok' },
      expect: { every: 'day', by: '00:00', timezone: ZONE, per: ['shop'] },
    };
    await shop.define({ ...CONTRACT, resources: [expected] }, TAKINGS);
    for (const ago of [3, 2, 1]) await shop.sell(`shop/${day(ago)}/east/a.csv`, 'north,1');
    for (const ago of [3, 1]) await shop.write(`shop/${day(ago)}/east/done.ok`, '');
    await shop.write(`shop/${day(2)}/west/done.ok`, '');
    await run('sync', shop);
    const line = `  sales (shop=east): ${day(2)}, due ${day(1)} 00:00 ${ZONE}\n`;
    expect((await run('status', shop)).out).toContain(line);
    await shop.write(`shop/${day(2)}/east/done.ok`, '');
    await run('sync', shop);
    expect(await run('status', shop)).toMatchObject({ code: 0, out: expect.not.stringContaining('Overdue') });
  });

  it('the word is no reason to read anything again, and without it nothing is missed', async () => {
    const shop = await makeShop();
    await shop.sell(keyOf(9), 'north,1');
    await run('sync', shop);
    expect((await run('status', shop)).code).toBe(0);
    await shop.define(expecting({}), TAKINGS);
    expect((await run('sync', shop)).out).toContain('Nothing to do');
    expect(await run('status', shop)).toMatchObject({ code: 3, out: expect.stringContaining('(8 files)') });
  });

  it('a refused file has come; one that was deleted on purpose stays come where the contract keeps its rows', async () => {
    const shop = await makeShop();
    const kept = expecting({ from: day(2) });
    await shop.define({ ...kept, resources: [{ ...kept.resources[0], onDelete: 'keep' }] }, TAKINGS);
    await shop.sell(keyOf(2), 'north,1');
    await shop.write(keyOf(1), 'a,b\n1,2\n');
    await run('sync', shop);
    await shop.remove(keyOf(2));
    const status = await run('status', shop);
    expect(status.out).toContain('Rejected files');
    expect(status.out).not.toContain('Overdue');
  });

  it('lists the latest, and says how many more there are', async () => {
    const shop = await makeShop();
    await shop.define(expecting({ from: day(40) }), TAKINGS);
    for (let ago = 40; ago > 0; ago -= 2) await shop.sell(keyOf(ago), 'north,1');
    await run('sync', shop);
    const { out } = await run('status', shop);
    expect(out).toContain(`  sales: ${day(1)}, due ${day(0)} 00:00 ${ZONE}\n  sales: ${day(3)}, due`);
    expect(out).toContain('  … and 10 more; --format json has all');
  });

  it('a hostile value in a path is shown, and not obeyed', async () => {
    const shop = await makeShop();
    await shop.define(expecting({ per: ['till'] }, 'shop/till=*/day=*/*.csv'), TAKINGS);
    await shop.write(`shop/till=%1B[31m/day=${day(3)}/a.csv`, 'amount\n1\n');
    await run('sync', shop);
    const { out } = await run('status', shop);
    expect(out).toContain(`  sales (till=\\u001b[31m): ${day(2)}`);
    expect(out).not.toContain('\u001b');
  });
});

describe('notices', () => {
  it('each missing file is told once, and once when it came', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.define(expecting({ from: day(3) }), TAKINGS);
    await shop.sell(keyOf(3), 'north,1');
    await shop.sync();
    await shop.sync();
    expect(webhook.requests).toHaveLength(1);
    const [told] = webhook.requests;
    expect(told?.counts).toEqual({ overdue: 2 });
    expect(told?.notices).toEqual(
      [1, 2].map((ago) => ({
        kind: 'overdue',
        dataset: 'sales',
        period: day(ago),
        per: {},
        since: expect.stringMatching(/^\d{4}-.*Z$/),
        due: `${day(ago - 1)} 00:00 ${ZONE}`,
        text: `overdue \`sales\` \`${day(ago)}\`: it was due \`${day(ago - 1)} 00:00 ${ZONE}\``,
      })),
    );
    expect(told?.text).toContain('Sluice: 2 expected files overdue (lake');
    await shop.sell(keyOf(2), 'north,1');
    await shop.sync();
    await shop.sync();
    expect(webhook.requests).toHaveLength(2);
    expect(webhook.requests[1]?.notices).toEqual([
      {
        kind: 'settled',
        was: 'overdue',
        dataset: 'sales',
        period: day(2),
        per: {},
        text: `settled (was overdue) \`sales\` \`${day(2)}\``,
      },
    ]);
    // It is gone again: told again, with the rows that go.
    await shop.remove(keyOf(2));
    await shop.sync('--prune', '--yes');
    expect(webhook.requests[2]?.notices.map(({ kind, period }) => [kind, period])).toEqual([
      ['overdue', day(2)],
    ]);
  });

  it('a sync of one key closes what that key was missed for, and says nothing of others', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.define(expecting({ per: ['till'] }, 'shop/till=*/day=*/*.csv'), TAKINGS);
    const key = (till: string, ago: number) => `shop/till=${till}/day=${day(ago)}/a.csv`;
    for (const till of ['north', 'south']) await shop.write(key(till, 2), 'amount\n1\n');
    await shop.sync();
    expect(webhook.requests[0]?.counts).toEqual({ overdue: 2 });
    for (const till of ['north', 'south']) await shop.write(key(till, 1), 'amount\n1\n');
    writeFileSync(join(shop.folder, 'keys.txt'), key('south', 1));
    await shop.sync('--keys', join(shop.folder, 'keys.txt'));
    expect(
      webhook.requests.slice(1).map(({ notices }) => notices.map(({ kind, per }) => [kind, per])),
    ).toEqual([[['settled', { till: 'south' }]]]);
    await shop.sync();
    expect(
      webhook.requests.slice(2).map(({ notices }) => notices.map(({ kind, per }) => [kind, per])),
    ).toEqual([[['settled', { till: 'north' }]]]);
  });

  it('what is expected no more is not called settled', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.define(expecting({ from: day(3) }), TAKINGS);
    await shop.sell(keyOf(1), 'north,1');
    await shop.sync();
    expect(webhook.requests[0]?.counts).toEqual({ overdue: 2 });
    await shop.define(expecting({ from: day(1) }), TAKINGS);
    await shop.sync();
    await shop.define(CONTRACT, TAKINGS);
    await shop.sync();
    expect(webhook.requests).toHaveLength(1);
  });
});

describe('while start watches', () => {
  it('it tells when a file is due, although nothing happens', async () => {
    const shop = await makeShop();
    const webhook = await openWebhook();
    await shop.define(expecting({ timezone: 'UTC', by: '06:00', from: '2026-11-28' }), TAKINGS);
    const local = await openLake(
      { landing: shop.landing, lake: shop.lake, schemas: `${shop.folder}/schemas` },
      () => {},
    );
    // Just before it is due, and on.
    const begun = Date.now();
    const clock = () => new Date(Date.parse('2026-11-29T05:59:59.700Z') + Date.now() - begun);
    const at: LocalLake = { ...local, effects: { ...local.effects, clock } };
    let err = '';
    const terminal = terminalOver({
      out: async () => {},
      outIsClosed: () => false,
      err: (text) => {
        err += text;
      },
      input: Readable.from([]),
      outColumns: undefined,
      errColumns: undefined,
    });
    const config = { file: `${shop.folder}/sluice.yaml`, notify: { webhook: webhook.url } };
    const notifying = new Notifying({ config, environment: {} }, terminal);
    try {
      notifying.tell(at, true);
      await expect.poll(() => webhook.requests.length, { timeout: 20_000 }).toBe(1);
      expect(webhook.requests[0]?.notices[0]).toMatchObject({ kind: 'overdue', period: '2026-11-28' });
      expect(clock().getTime()).toBeGreaterThan(Date.parse('2026-11-29T06:00:00Z'));
      expect(err).toBe('');
    } finally {
      await notifying.end();
      await local.close();
    }
  });
});
