// Law 8: the command line as a user starts it, with a limit for the engine, on a file that fits into it and on one that is
// many times as large. A row in a hundred is bad, so that the way of the refused rows is measured too.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { testTemp } from '../support/temp.ts';

const MEMORY_MB = 128;
const SMALL_MB = 48;
const LARGE_MB = 256;
/** For what collectors and allocators have not yet given back; less than the larger file has more than the smaller. */
const ALLOWANCE_MB = 150;
const BLOCK_ROWS = 8192;
const ROW_BYTES = 128;

const CONTRACT = {
  name: 'meters',
  resources: [
    {
      name: 'readings',
      path: 'readings/*.csv',
      format: 'csv',
      schema: {
        fields: [
          { name: 'id', type: 'integer', constraints: { required: true } },
          { name: 'reading', type: 'number', precision: 18, scale: 6 },
          { name: 'note', type: 'string' },
        ],
      },
    },
  ],
};

/** The rows are as long as ROW_BYTES; every hundredth has no number. Returns how many there are. */
async function writeReadings(path: string, megabytes: number): Promise<number> {
  const blocks = Math.ceil((megabytes * 1024 * 1024) / (BLOCK_ROWS * ROW_BYTES));
  const out = createWriteStream(path);
  out.write('id,reading,note\n');
  for (let block = 0; block < blocks; block++) {
    let text = '';
    for (let row = block * BLOCK_ROWS; row < (block + 1) * BLOCK_ROWS; row++) {
      const start = `${row},${row % 100 === 0 ? 'none' : `${(row * 7919) % 100_000}.25`},`;
      const note = ((row * 2654435761) % 2 ** 32).toString(36).repeat(ROW_BYTES);
      text += `${start}${note.slice(0, ROW_BYTES - 1 - start.length)}\n`;
    }
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  return blocks * BLOCK_ROWS;
}

/** Peak resident memory of `sluice sync` over one file of that size. */
async function syncPeakMb(megabytes: number): Promise<number> {
  const folder = testTemp();
  const [landing, lake, schemas, usage] = ['landing', 'lake', 'schemas', 'usage.json'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  await mkdir(join(schemas, 'meters'), { recursive: true });
  await mkdir(join(landing, 'readings'), { recursive: true });
  await writeFile(join(schemas, 'meters/datapackage.json'), JSON.stringify(CONTRACT));
  const rows = await writeReadings(join(landing, 'readings/day.csv'), megabytes);
  const places = ['--landing', landing, '--lake', lake, '--schemas', schemas];
  const child = spawn(
    process.execPath,
    [
      '--import',
      pathToFileURL(resolve('test/bench/usage.mjs')).href,
      resolve('bin/sluice.mjs'),
      ...['sync', '--memory', String(MEMORY_MB), '--format', 'json', ...places],
    ],
    { env: { ...process.env, BENCH_USAGE: usage }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  await once(child, 'close');
  const rejected = Math.ceil(rows / 100);
  expect(JSON.parse(out)).toMatchObject({ rows: { accepted: rows - rejected, quarantined: rejected } });
  return (JSON.parse(await readFile(usage, 'utf8')) as NodeJS.ResourceUsage).maxRSS / 1024;
}

test(`a file of ${LARGE_MB} MB takes no more memory than one of ${SMALL_MB} MB, but for an allowance`, async () => {
  const small = await syncPeakMb(SMALL_MB);
  const large = await syncPeakMb(LARGE_MB);
  expect(large - small).toBeLessThan(ALLOWANCE_MB);
});
