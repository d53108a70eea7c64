import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { notifyLake } from '../../lib/local/notify-lake.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { sluice } from './harness.ts';
import { A, B, kinds, withWebhook } from './notify-shop.ts';

describe('each fact is told once, and once when it is put right', () => {
  it('a rejected file, quarantined rows, a failed audit, a missing file: in one message, and not again', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.sell(A, 'north,1', 'south,x');
    await shop.write(B, 'a,b\n1,2\n');
    await shop.sell('shop/day=2024-01-03/c.csv', 'west,-5');
    await shop.sell('shop/day=2024-01-04/d.csv', 'east,1');
    const first = await shop.sync();
    expect(first).toMatchObject({ code: 3, err: expect.not.stringContaining('warning') });
    expect(webhook.requests).toHaveLength(1);
    const [told] = webhook.requests;
    expect(told?.counts).toEqual({ rejected: 1, quarantined: 1, 'failed-audit': 1 });
    expect(told?.lake).toBe(shop.lake);
    expect(told?.notices).toEqual([
      {
        kind: 'rejected',
        dataset: 'sales',
        key: B,
        rule: 'missing-label',
        reason: expect.stringContaining('the header lacks "till"'),
        rows: 0,
        accepted: 0,
        quarantined: 0,
        rules: [],
        report: expect.stringMatching(/^files\/sales\/shop\/day=2024-01-02\/b\.csv\/.*\.json$/),
        text: expect.stringMatching(/^rejected `/),
      },
      {
        kind: 'quarantined',
        dataset: 'sales',
        key: A,
        rows: 2,
        accepted: 1,
        quarantined: 1,
        rules: [{ field: 'amount', rule: 'type-error', rows: 1 }],
        report: expect.stringMatching(/^files\/sales\//),
        quarantine: expect.stringMatching(/^quarantine\/sales\/.*\.parquet$/),
        text: expect.stringMatching(/^quarantined 1 of 2 rows/),
      },
      {
        kind: 'failed-audit',
        table: 'insights/takings',
        partition: { day: '2024-01-03' },
        reason: expect.stringContaining('no_debt'),
        text: expect.stringMatching(/^audit failed/),
      },
    ]);
    for (const notice of told?.notices ?? [])
      for (const place of [notice.report, notice.quarantine])
        if (typeof place === 'string') expect(existsSync(join(shop.lake, place))).toBe(true);
    expect(told?.text.split('\n')).toEqual([
      `Sluice: 1 file rejected, 1 file with quarantined rows, 1 audit failed (lake \`${shop.lake}\`)`,
      expect.stringContaining(`• rejected \`${B}\` (\`sales\`): \`the header lacks "till"`),
      `• quarantined 1 of 2 rows of \`${A}\` (\`sales\`): 1 × \`amount\` \`type-error\``,
      expect.stringContaining(
        '• audit failed, the previous rows stay: `insights/takings` `day=2024-01-03`: `',
      ),
    ]);
    await shop.sync();
    await shop.sync();
    expect(webhook.requests).toHaveLength(1);
    await shop.remove('shop/day=2024-01-04/d.csv');
    await shop.sync();
    await shop.sync();
    expect(webhook.requests.slice(1).map(kinds)).toEqual([[['missing', 'shop/day=2024-01-04/d.csv']]]);
  });

  it('what is put right is told, each with what it was; what goes wrong again is told again', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.sell(A, 'south,x', 'north,1');
    await shop.write(B, 'a,b\n1,2\n');
    await shop.sell('shop/day=2024-01-03/c.csv', 'west,-5');
    await shop.sync();
    await shop.remove('shop/day=2024-01-03/c.csv');
    await shop.sell(A, 'south,2');
    await shop.sell(B, 'south,3');
    await shop.sync('--prune', '--yes');
    const settled = webhook.requests[1]?.notices.map(({ kind, was, key, table }) => [
      kind,
      was,
      key ?? table,
    ]);
    expect(settled?.sort()).toEqual([
      ['settled', 'failed-audit', 'insights/takings'],
      ['settled', 'quarantined', A],
      ['settled', 'rejected', B],
    ]);
    expect(webhook.requests[1]?.text).toContain(`• settled (was rejected) \`${B}\` (\`sales\`)`);
    await shop.sync();
    await shop.write(B, 'a,b\n1,2,3\n');
    await shop.sync();
    await shop.sync();
    expect(webhook.requests.slice(2).map(kinds)).toEqual([[['rejected', B]]]);
  });

  it('a rejected file whose next version has refused rows is another fact, and not put right', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await shop.sync();
    await shop.sell(A, 'south,x', 'north,1');
    await shop.sync();
    await shop.sell(A, 'south,1', 'north,1');
    await shop.sync();
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]], [['quarantined', A]], [['settled', A]]]);
    expect(existsSync(join(shop.lake, 'told'))).toBe(false);
  });

  it('what a person settled is told with who and why', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await shop.sync();
    const where = { folder: shop.folder, environment: shop.environment };
    const args = ['settle', A, '--who', 'ann', '--why', 'it was <never> ours'];
    expect(await sluice(args, where)).toMatchObject({ code: 0 });
    expect(await shop.sync()).toMatchObject({ code: 0, out: expect.stringContaining('1 settled') });
    expect(webhook.requests[1]).toMatchObject({
      notices: [
        { kind: 'settled', was: 'rejected', key: A, by: 'person', who: 'ann', why: 'it was <never> ours' },
      ],
    });
    expect(webhook.requests[1]?.text).toContain(' by `ann`: `it was \\u003cnever\\u003e ours`');
    await sluice(['settle', A, '--reopen'], where);
    await shop.sync();
    expect(kinds(webhook.requests[2])).toEqual([['rejected', A]]);
  });

  it('a sync of some keys says nothing of the others, and does not take them for put right', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await shop.write(B, 'a,b\n1,2\n');
    const keys = join(shop.folder, 'keys.txt');
    writeFileSync(keys, `${A}\n`);
    await shop.sync('--keys', keys);
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]]]);
    writeFileSync(keys, `${B}\n`);
    await shop.sync('--keys', keys);
    expect(webhook.requests.slice(1).map(kinds)).toEqual([[['rejected', B]]]);
    await shop.sync();
    expect(webhook.requests).toHaveLength(2);
  });

  it('a sync of some keys tells what it put right, audits too, without a look at what was told of others', async () => {
    const { shop, webhook } = await withWebhook();
    for (let n = 0; n < 9; n++) await shop.write(`shop/day=2024-01-09/${n}.csv`, 'a,b\n1,2\n');
    await shop.write(A, 'a,b\n1,2\n');
    await shop.sell(B, 'north,-1');
    await shop.sync();
    await shop.sell(A, 'north,1');
    await shop.sell(B, 'north,1');
    const keys = join(shop.folder, 'keys.txt');
    writeFileSync(keys, `${A}\n${B}\n`);
    await shop.sync('--keys', keys);
    expect(kinds(webhook.requests[1])?.sort()).toEqual([
      ['settled', 'insights/takings'],
      ['settled', A],
    ]);
    const { landing, lake, folder } = shop;
    const local = await openLake({ landing, lake, schemas: join(folder, 'schemas') }, () => {});
    const reads: string[] = [];
    const counted: ObjectStore = Object.create(local.effects.lake);
    counted.read = (key) => {
      reads.push(key);
      return local.effects.lake.read(key);
    };
    const effects = { ...local.effects, lake: counted };
    const notifiers = [{ channel: 'webhook', notify: async () => {} }];
    expect(await notifyLake({ effects }, notifiers, { keys: [A] })).toEqual([]);
    await local.close();
    expect(reads).toEqual([]);
  });

  it('a definition that is wrong for a while puts nothing right', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await shop.sync();
    const contract = join(shop.folder, 'schemas/shop/datapackage.json');
    const sound = readFileSync(contract, 'utf8');
    writeFileSync(contract, '{');
    expect(await shop.sync()).toMatchObject({ code: 1 });
    writeFileSync(contract, sound);
    await shop.sync();
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]]]);
  });

  it('two hundred files are one message: ten lines, and as much of the list as a chat takes', async () => {
    const { shop, webhook } = await withWebhook();
    for (let i = 0; i < 200; i++) await shop.write(`shop/day=2024-01-01/${i}.csv`, 'a,b\n1,2\n');
    await shop.sync();
    expect(webhook.requests).toHaveLength(1);
    const { counts, omitted = 0, notices = [] } = webhook.requests[0] ?? {};
    expect(counts).toEqual({ rejected: 200 });
    expect(notices.length + omitted).toBe(200);
    // Teams takes no more than 28 KB.
    const bytes = Buffer.byteLength(JSON.stringify(webhook.requests[0]));
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(24_100);
    const lines = webhook.requests[0]?.text.split('\n') ?? [];
    expect(lines).toHaveLength(12);
    expect(lines[0]).toMatch(/^Sluice: 200 files rejected \(/);
    expect(lines[11]).toBe('… and 190 more: npx sluice status');
    expect(readdirSync(join(shop.lake, 'told/webhook'))).toHaveLength(200);
  });

  it('a crash between the commit and telling, or between telling and remembering, loses nothing', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    // The commit alone.
    expect((await sluice(['sync', ...shop.places], { folder: '/', environment: {} })).code).toBe(3);
    expect(webhook.requests).toEqual([]);
    await shop.sync();
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]]]);
    // Told, and not remembered: better twice than never.
    rmSync(join(shop.lake, 'told'), { recursive: true });
    await shop.sync();
    await shop.sync();
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]], [['rejected', A]]]);
  });

  it('the memory holds ids alone; a damaged one is told again or forgotten', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await shop.sync();
    const marks = join(shop.lake, 'told/webhook');
    const [mark = ''] = readdirSync(marks);
    const { id, ...others } = JSON.parse(readFileSync(join(marks, mark), 'utf8'));
    expect(others).toEqual({});
    expect(JSON.parse(id)).toEqual(['rejected', 'sales', A, expect.any(String), 'missing-label']);
    writeFileSync(join(marks, `${'0'.repeat(16)}.json`), '\0rubbish');
    expect(await shop.sync()).toMatchObject({ err: '' });
    expect(webhook.requests).toHaveLength(1);
    expect(readdirSync(marks)).toEqual([mark]);
  });
});
