// What reads a lake's past and its accounts, on a lake in S3: the same answers as on disk.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import { fillLanding } from '../../lib/local/samples.ts';
import { SCHEMAS, sluice } from '../cli/harness.ts';
import { testTemp } from '../support/temp.ts';
import { freshBucket, s3 } from './emulated.ts';

const DAY = 'dwh-fina/billing/year=2024/month=01/day=02/billing.csv';

it('explain, history, query --as-of, certify and plan work on s3:// locations', async () => {
  const bucket = await freshBucket();
  const landing = s3Store({ client: s3, bucket, prefix: 'in', scratch: testTemp() });
  const folder = join(testTemp(), 'landing');
  await fillLanding(SCHEMAS, folder, new Date());
  const samples = fileStore(folder);
  for await (const { key } of samples.list(''))
    await landing.write(key, (await samples.read(key)) ?? new Uint8Array());
  const lake = ['--lake', `s3://${bucket}/lake`, '--schemas', SCHEMAS];
  const places = ['--landing', `s3://${bucket}/in`, ...lake];
  expect((await sluice(['sync', ...places])).code).toBe(0);
  const text = new TextDecoder().decode(await landing.read(DAY));
  await landing.write(DAY, new TextEncoder().encode(text.split('\n').slice(0, -2).join('\n')));
  expect((await sluice(['sync', ...places])).code).toBe(0);

  const json = async (...args: string[]) => {
    const { code, out, err } = await sluice(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out);
  };
  const receipt = await json('explain', 'spend_by_month', '--format', 'json', ...lake);
  const etag = (await landing.head(DAY))?.etag;
  expect(receipt.sources.find(({ source }: { source: string }) => source === DAY)).toMatchObject({
    etag,
    rows: 5126,
  });
  const diff = await json('explain', 'user_monthly', '--diff', '1..2', '--format', 'json', ...lake);
  expect(diff.sources).toMatchObject([
    { source: DAY, change: 'replaced', old: { rows: 5127 }, new: { etag } },
  ]);
  expect(diff.counts).toEqual({ added: 0, removed: 0, changed: 1 });
  const history = await json('history', 'billing', '--format', 'json', ...lake);
  expect(history.versions[0].cause.sources).toEqual([{ source: DAY, change: 'replaced' }]);
  const rows = async (...args: string[]) =>
    (
      await json(
        'query',
        'SELECT count(*) AS n FROM billing WHERE day = 2',
        '--format',
        'json',
        ...args,
        ...lake,
      )
    )[0].n;
  expect([await rows('--as-of', '1'), await rows()]).toEqual([5127, 5126]);
  expect(await json('certify', '--format', 'json', ...places)).toMatchObject({
    certified: true,
    problems: [],
  });
  expect(await json('plan', '--format', 'json', ...places)).toMatchObject({ changes: [], broken: [] });
});
