// Work that is too large for one process, as its user sees it: sync --spark, jobs, status, task.
import { readdirSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { JobFolder, jobNames } from '../../lib/jobs/job-folder.ts';
import { testTemp } from '../support/temp.ts';
import { sluice, startSluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

const KEY = 'shop/day=2024-05-01/a.csv';
const QUERY = 'SELECT day, till, takings FROM takings ORDER BY ALL';

afterEach(() => vi.unstubAllEnvs());

/** Everything is too large. */
async function largeShop(): Promise<Shop> {
  vi.stubEnv('SLUICE_MAX_SOURCE_BYTES', '20');
  vi.stubEnv('SLUICE_BLOCK_BYTES', '16');
  vi.stubEnv('SLUICE_MAX_PARTITION_BYTES', '1');
  const shop = await makeShop();
  await shop.sell(KEY, 'north,1.00', 'south,2.50', 'north,oops', 'north,4.00');
  return shop;
}

test('without Spark a large file is refused, with it the numbers are those of one process', async () => {
  const shop = await largeShop();
  const refused = await sluice(['sync', ...shop.places]);
  expect(refused.code).toBe(3);
  expect(refused.out).toContain('at most 20 bytes are read here');
  const done = await sluice(['sync', '--spark', 'local', ...shop.places]);
  expect(done).toMatchObject({ code: 0 });
  expect(done.out).toContain('Files: 1 accepted\nRows: 3 accepted, 1 quarantined\n');
  const { out } = await sluice(['query', QUERY, '--format', 'csv', ...shop.places.slice(2)]);
  expect(out).toBe('day,till,takings\r\n2024-05-01,north,5.00\r\n2024-05-01,south,2.50\r\n');
  const rejects = await sluice(['rejects', KEY, ...shop.places]);
  expect(rejects.out).toContain('line 4');
  expect((await sluice(['certify', '--recount', ...shop.places])).code).toBe(0);
  expect(await sluice(['jobs', '--lake', shop.lake])).toEqual({
    code: 0,
    out: 'No job is running.\n',
    err: '',
  });
  const again = await sluice(['sync', '--spark', 'local', ...shop.places]);
  expect(again.out).toContain('Nothing to do: 1 file unchanged');
});

test('a command that does not start Spark is told in its own words, and the job waits until it is cancelled', async () => {
  const shop = await largeShop();
  const failed = await sluice(['sync', '--spark', 'no-such-spark --master x', ...shop.places]);
  expect(failed.code).toBe(1);
  expect(failed.out + failed.err).toContain('no-such-spark');
  const [name = ''] = await jobNames(fileStore(shop.lake));
  const listed = await sluice(['jobs', '--lake', shop.lake]);
  expect(listed.code).toBe(3);
  expect(listed.out).toContain(name);
  expect(listed.out).toMatch(/failed 3 times, last: .*no-such-spark/);
  expect((await sluice(['status', ...shop.places])).out).toContain(
    `Running elsewhere ("npx sluice jobs" has more):\n  ${KEY}: failed, `,
  );
  const { out } = await sluice(['jobs', '--lake', shop.lake, '--format', 'json']);
  expect(JSON.parse(out)).toMatchObject({ jobs: [{ name, about: KEY, kind: 'source', state: 'failed' }] });

  const cancelled = await sluice(['jobs', '--cancel', name, '--lake', shop.lake]);
  expect(cancelled).toMatchObject({
    code: 0,
    out: `Cancelled ${name}: its tasks end by themselves.\nNo job is running.\n`,
  });
  expect((await sluice(['sync', '--spark', 'local', ...shop.places])).code).toBe(0);
});

test('tasks are lines: one process answers each before the next one comes, and the last question has no answer', async () => {
  const shop = await largeShop();
  await sluice(['sync', '--spark', 'no-such-spark', ...shop.places]);
  const store = fileStore(shop.lake);
  const [name = ''] = await jobNames(store);
  const run = (await new JobFolder(store, name).plan())?.run ?? '';
  const places = shop.places.slice(0, 4);
  const scratch = testTemp();
  const kept = startSluice(['task', name, run, ...places], shop.folder, { TMPDIR: scratch });
  const ask = async (line: string) => {
    const before = kept.out().length;
    const answer = () => kept.out().slice(before);
    kept.process.stdin?.write(`${line}\n`);
    await expect.poll(answer, { timeout: 30_000 }).toMatch(/^(.+\n)*\n$/);
    return answer().trimEnd().split('\n');
  };
  const stages: string[] = [];
  for (;;) {
    const lines = await ask('next');
    if (lines[0] === '') break;
    stages.push(`${JSON.parse(lines[0] ?? '').does.kind} ${lines.length}`);
    for (const line of lines) expect(await ask(line)).toEqual(['']);
  }
  expect(stages).toEqual(['scan 3', 'convert 3', 'quarantine 1']);
  kept.process.stdin?.end();
  expect(await kept.ended).toMatchObject({ code: 0, err: '' });
  const hungUp = startSluice(['task', name, run, ...places], shop.folder, { TMPDIR: scratch });
  hungUp.process.stdin?.write('next\r\n');
  await expect.poll(hungUp.out, { timeout: 30_000 }).toBe('\n');
  expect(readdirSync(scratch)).not.toEqual([]);
  hungUp.process.kill('SIGHUP');
  await hungUp.ended;
  expect(readdirSync(scratch)).toEqual([]);
  expect((await sluice(['task', name, 'another-run', ...places], { input: 'next' })).err).toContain(
    `the job ${name} was given up`,
  );
  // What its tasks have done is committed by whoever asks next.
  vi.stubEnv('SLUICE_MAX_PARTITION_BYTES', '');
  expect((await sluice(['sync', '--spark', 'local', ...shop.places])).code).toBe(0);
});
