import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import { namedTables } from '../../lib/inspect/find-table.ts';
import { withViews } from '../../lib/inspect/lake-views.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import { fillLanding } from '../../lib/local/samples.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { SCHEMAS, startSluice } from '../cli/harness.ts';
import { CONTRACT, makeShop, TAKINGS } from '../cli/shop.ts';
import { keysBelow } from '../support/store-copy.ts';
import { testTemp } from '../support/temp.ts';
import { emulator, freshBucket, s3 } from './emulated.ts';
import { faultyProxy } from './faulty-proxy.ts';
import { run } from './typed.ts';

async function fill(landing: ObjectStore): Promise<string> {
  const folder = join(testTemp(), 'landing');
  await fillLanding(SCHEMAS, folder, new Date());
  const samples = fileStore(folder);
  for await (const { key } of samples.list('')) {
    const bytes = await samples.read(key);
    if (bytes) await landing.write(key, bytes);
  }
  return folder;
}

/** Every table and insight, each with its rows in order. */
async function rowsOf(lake: string): Promise<Record<string, readonly unknown[]>> {
  const local = await openLake({ landing: lake, lake, schemas: SCHEMAS }, () => {}, { readOnly: true });
  try {
    const tables = namedTables(local.effects);
    return await withViews(local.effects, tables, async (session, missing) => {
      expect(missing).toEqual([]);
      const rows: Record<string, readonly unknown[]> = {};
      for (const { name } of tables) rows[name] = await session.rows(`FROM "${name}" ORDER BY ALL`);
      return rows;
    });
  } finally {
    await local.close();
  }
}

describe(`the command line on ${emulator.brand}`, () => {
  it('makes the same lake from S3 in S3 as from folders, follows deletions, and guards against an empty landing', async () => {
    const bucket = await freshBucket();
    const landing = s3Store({ client: s3, bucket, prefix: 'in', scratch: testTemp() });
    const folder = await fill(landing);
    const [from, to] = [`s3://${bucket}/in`, `s3://${bucket}/lake`];
    const places = ['--landing', from, '--lake', to, '--schemas', SCHEMAS];
    expect(await run('sync', ...places)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Files: 22 accepted\n/),
    });
    const localLake = join(testTemp(), 'lake');
    expect(await run('sync', '--landing', folder, '--lake', localLake, '--schemas', SCHEMAS)).toMatchObject({
      code: 0,
    });
    expect(await rowsOf(to)).toEqual(await rowsOf(localLake));

    const again = await run('sync', ...places);
    expect(again).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^Nothing to do: 22 files unchanged/),
    });

    const empty = ['--landing', `s3://${bucket}/nothing`, '--lake', to, '--schemas', SCHEMAS];
    const refused = await run('sync', '--prune', ...empty);
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--prune would withdraw most of what these datasets have/),
    });

    const status = await run('status', '--format', 'json', ...places);
    const { datasets, derived } = JSON.parse(status.out);
    const billing = datasets.find(({ dataset }: { dataset: string }) => dataset === 'billing');
    expect(billing).toMatchObject({ files: 4, rows: 15037, quarantinedRows: 15, waiting: 0, vanished: 0 });
    expect(derived.map(({ behind }: { behind: number }) => behind)).toEqual(derived.map(() => 0));

    const [gone = ''] = await keysBelow(landing, 'dwh-fina/billing/');
    await landing.remove([gone]);
    const pruned = JSON.parse((await run('sync', '--prune', '--format', 'json', ...places)).out);
    expect(pruned.files).toMatchObject([{ source: gone, outcome: 'withdrawn' }]);
    const count = ['query', 'SELECT count(*) AS n FROM billing', '--format', 'csv'];
    const left = await run(...count, '--lake', to, '--schemas', SCHEMAS);
    expect(left).toMatchObject({ code: 0, out: `n\r\n${15037 - pruned.files[0].rows}\r\n` });
  });

  it('counts a plan from S3 as sync then does it, and writes nothing there', async () => {
    const bucket = await freshBucket();
    const store = s3Store({ client: s3, bucket, prefix: '', scratch: testTemp() });
    const lines = ['till,amount', 'north,1', 'north,-5', 'south,7', ''].join('\n');
    await store.write('in/shop/day=2024-01-01/a.csv', Buffer.from(lines));
    const shop = await makeShop();
    const places = [
      '--landing',
      `s3://${bucket}/in`,
      '--lake',
      `s3://${bucket}/lake`,
      ...shop.places.slice(4),
    ];
    // The audit holds back what would be a debt.
    expect((await run('sync', ...places)).code).toBe(3);
    const [sales] = CONTRACT.resources;
    const fields = sales?.schema.fields.map((field) =>
      field.name === 'amount' ? { ...field, constraints: { minimum: 0 } } : field,
    );
    await shop.define({ ...CONTRACT, resources: [{ ...sales, schema: { fields } }] }, TAKINGS);
    const versions = async () => {
      const found: string[] = [];
      for await (const { key, etag } of store.list('')) found.push(`${key} ${etag}`);
      return found;
    };
    const before = await versions();
    const { code, out, err } = await run('plan', '--format', 'json', ...places);
    expect([code, err]).toEqual([0, '']);
    expect(await versions()).toEqual(before);
    const [contract, insight] = JSON.parse(out).changes;
    expect(contract.counts).toMatchObject({
      refused: 1,
      before: { live: 3 },
      after: { live: 2, quarantined: 1 },
    });
    expect(insight.totals).toMatchObject({
      rows: { old: 0, new: 2 },
      columns: [{ column: 'takings', old: null, new: '8.00', difference: '8.00' }],
    });
    await run('sync', ...places);
    const asked = await run(
      'query',
      'SELECT sum(takings) AS n FROM takings',
      '--format',
      'csv',
      ...places.slice(2),
    );
    expect(asked.out).toBe('n\r\n8.00\r\n');
  });

  it('follows landing in S3, line by line, and goes on after nothing answered for a while', async () => {
    const bucket = await freshBucket();
    const landing = s3Store({ client: s3, bucket, prefix: 'in', scratch: testTemp() });
    const put = (key: string, ...rows: string[]) =>
      landing.write(key, Buffer.from(['till,amount', ...rows, ''].join('\n')));
    await put('shop/day=2024-01-01/a.csv', 'north,1');
    let isDown = false;
    let refused = 0;
    const fault = () => {
      if (!isDown) return undefined;
      refused += 1;
      return '503';
    };
    const AWS_ENDPOINT_URL_S3 = await faultyProxy(emulator.endpoint, { fault });
    const schemas = (await makeShop()).places.slice(4);
    const places = ['--landing', `s3://${bucket}/in`, '--lake', `s3://${bucket}/lake`, ...schemas];
    const running = startSluice(['start', ...places], testTemp(), { AWS_ENDPOINT_URL_S3 });
    expect(await running.line(/aws s3 cp/)).toBe(
      `  aws s3 cp s3://${bucket}/in/shop/day=2024-01-01/a.csv s3://${bucket}/in/shop/day=2024-01-01/copy-of-a.csv`,
    );
    expect(await running.line(/^Watching /)).toMatch(new RegExp(`^Watching s3://${bucket}/in and `));
    await put('shop/day=2024-01-02/b.csv', 'south,2', 'south,3');
    expect(await running.line(/^sales/)).toMatch(
      /^sales day=2024-01-02 accepted 2 rows; refreshed takings\(day=2024-01-02\) \(/,
    );
    await landing.remove(['shop/day=2024-01-01/a.csv']);
    expect(await running.line(/^sales/)).toMatch(/^sales day=2024-01-01 withdrawn 1 row; refreshed takings/);
    isDown = true;
    await vi.waitUntil(() => running.err().includes('Sluice keeps trying'), { timeout: 60_000 });
    const before = refused;
    await vi.waitUntil(() => refused > before + 6, { timeout: 60_000 });
    await put('shop/day=2024-01-02/b.csv', 'south,2');
    isDown = false;
    expect(await running.line(/^sales/)).toMatch(/^sales day=2024-01-02 accepted 1 row; refreshed takings/);
    running.process.kill('SIGINT');
    const { code, err } = await running.ended;
    // The page may have been in the middle of its writing, or not.
    const isOfPage = (line: string) => /^warning: the page is not up to date: cannot \S+ s3:/.test(line);
    const warnings = err.split('\n').filter((line) => line.startsWith('warning: ') && !isOfPage(line));
    expect({ code, warnings }).toEqual({
      code: 0,
      warnings: [
        expect.stringMatching(
          /^warning: cannot list s3:\S+ \(SlowDown\): AWS throttled .* Sluice keeps trying\.$/,
        ),
      ],
    });
    expect(await run('sync', ...places)).toMatchObject({
      out: expect.stringMatching(/^Nothing to do: 1 file/),
    });
  });

  it('says in sentences what is wrong', async () => {
    const places = ['--landing', 's3://no-such-bucket-here/in', '--lake', 's3://no-such-bucket-here/lake'];
    const sentence = /^cannot list s3:\/\/no-such-bucket-here\/\S+ \(NoSuchBucket\): there is no such bucket/;
    for (const args of [
      ['sync', ...places],
      ['start', ...places],
      ['status', ...places],
      ['query', 'SELECT 1', ...places.slice(2)],
    ])
      expect(await run(...args, '--schemas', SCHEMAS)).toMatchObject({
        code: 1,
        err: expect.stringMatching(sentence),
      });
    const url = `${emulator.endpoint}/000000000000/no-such-queue`;
    expect(await run('dead-letters', '--files-dlq', url)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^cannot look into \S+ \(\S+\): there is no such queue/),
    });
  });
});
