// Files that take more of a machine than it has: archives that unpack to a flood, thousands of columns, records of megabytes.
// Each ends as rows or as a rejection with its sentence, never as a message that fails again at every sync.
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import type { Effects } from '../../lib/lake/effects.ts';
import { reconcile } from '../../lib/maintain/reconcile.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import {
  newStore,
  openPackage,
  openProcess,
  rowsOf,
  TestClock,
  type TestLake,
} from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const WIDE = Array.from({ length: 2000 }, (_, i) => `c${i}`);
const KINDS = ['string', 'integer', 'number', 'date', 'boolean'];
const WIDE_ROW = WIDE.map((_, i) => ['x', '7', '1.5', '2024-01-01', 'true'][i % KINDS.length]).join(',');
const CONTRACT = {
  name: 'poison',
  resources: [
    {
      name: 'pairs',
      path: 'pairs/*.{csv,csv.gz,csv.zst}',
      format: 'csv',
      schema: {
        fields: [{ name: 'id', type: 'integer', constraints: { required: true } }, { name: 'text' }],
      },
    },
    {
      name: 'things',
      path: 'things/*.{json,json.gz}',
      format: 'json',
      schema: {
        fields: [{ name: 'id', type: 'number' }, { name: 'more', type: 'object' }, { name: 'text' }],
      },
    },
    {
      name: 'wide',
      path: 'wide/*.csv',
      schema: { fields: WIDE.map((name, i) => ({ name, type: KINDS[i % KINDS.length] })) },
    },
  ],
};

const world = useWorld(() => openPackage(CONTRACT));
let lake: TestLake;
let landing: ObjectStore;
let downloads: number;
beforeEach(async () => {
  const clock = new TestClock();
  landing = newStore(world, clock, 'landing');
  downloads = 0;
  const { download } = landing;
  landing.download = (...args) => {
    downloads += 1;
    return download.apply(landing, args);
  };
  lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
  await apply(lake.effects);
});

async function arrival(effects: Effects, source: string, content: string | Uint8Array) {
  await landing.write(source, Buffer.from(content));
  const { outcomes, failures } = await ingest(effects, [{ source }]);
  expect(failures).toEqual([]);
  return outcomes[0];
}

const small = 'id,text\n1,a\n';
const MB = 1_000_000;
/** `bytes` of right rows in a thousandth of the space. */
function flood(bytes: number): Buffer {
  const part = gzipSync('2,bbbbbbb\n'.repeat(MB / 10));
  return Buffer.concat([gzipSync(small), ...Array.from({ length: bytes / MB }, () => part)]);
}

describe('an archive that holds more than the limit', () => {
  const source = 'pairs/a.csv.gz';
  const table = { kind: 'tables', name: 'pairs' } as const;

  test('is left there and rejected, its old rows stay, and it is read again once the limit is raised', async () => {
    const limited = { ...lake.effects, maxSourceBytes: MB };
    expect((await arrival(limited, source, gzipSync(small)))?.result).toBe('accepted');
    const rejected = await arrival(limited, source, flood(20 * MB));
    expect(rejected).toMatchObject({ result: 'rejected', report: { reason: { rule: 'too-large' } } });
    expect(rejected?.report?.reason?.message).toMatch(
      /^the archive holds more than 1\.0 MB unpacked, and at most that much is read here \(the setting maxSourceBytes\): /,
    );
    expect(Number(rejected?.report?.reason?.value)).toBeGreaterThan(MB);
    expect(Number(rejected?.report?.reason?.value)).toBeLessThan(4 * MB);
    expect(await rowsOf(lake, table)).toHaveLength(1);

    downloads = 0;
    expect(await reconcile(limited, {})).toMatchObject({ ingest: [], rejected: [{ source }] });
    expect((await ingest(limited, [{ source }])).outcomes[0]?.result).toBe('rejected');
    expect(downloads).toBe(0);
    const raised = { ...lake.effects, maxSourceBytes: 100 * MB };
    const { ingest: wanted } = await reconcile(raised, {});
    expect(wanted).toMatchObject([{ source }]);
    expect((await ingest(raised, wanted)).outcomes[0]).toMatchObject({
      result: 'accepted',
      report: { rows: 2 * MB + 1 },
    });
  });

  test('gets the whole limit where a share of it is too little, whatever it was taken to hold', async () => {
    const limited = { ...lake.effects, maxSourceBytes: 1.1 * MB };
    expect(await arrival(limited, source, flood(MB))).toMatchObject({
      result: 'accepted',
      report: { rows: MB / 10 + 1 },
    });
  });

  test.each([
    ['right rows', source, flood(600 * MB)],
    [
      'zeros',
      source,
      Buffer.concat([
        gzipSync(small.repeat(300_000)),
        ...Array.from({ length: 60 }, () => gzipSync(Buffer.alloc(10 * MB))),
      ]),
    ],
    [
      'blank lines',
      source,
      Buffer.concat([
        gzipSync(small),
        ...Array.from({ length: 60 }, () => gzipSync(Buffer.alloc(10 * MB, 10))),
      ]),
    ],
    [
      'blanks in JSON',
      'things/a.json.gz',
      Buffer.concat([
        gzipSync('[{"id": 1},'),
        ...Array.from({ length: 60 }, () => gzipSync(Buffer.alloc(10 * MB, 32))),
      ]),
    ],
    [
      'a record without end',
      source,
      Buffer.concat([
        gzipSync('id,text\n1,'),
        ...Array.from({ length: 60 }, () => gzipSync(Buffer.alloc(10 * MB, 97))),
      ]),
    ],
  ])('takes neither disk nor memory in proportion: %s', async (_, key, archive) => {
    const limited = { ...lake.effects, maxSourceBytes: 50 * MB, scratch: join(world.scratch, 'disk') };
    await mkdir(limited.scratch, { recursive: true });
    const before = process.memoryUsage.rss();
    let [mostDisk, mostMemory] = [0, 0];
    const watch = setInterval(async () => {
      mostMemory = Math.max(mostMemory, process.memoryUsage.rss() - before);
      mostDisk = Math.max(mostDisk, await bytesBelow(limited.scratch));
    }, 20);
    const rejected = await arrival(limited, key, archive);
    clearInterval(watch);
    expect(rejected?.result).toBe('rejected');
    expect(['too-large', 'source-error']).toContain(rejected?.report?.reason?.rule);
    expect(mostDisk).toBeLessThan(150 * MB);
    expect(mostMemory).toBeLessThan(400 * MB);
  });
});

async function bytesBelow(path: string): Promise<number> {
  const files = await readdir(path, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(path, file)).catch(() => undefined))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('thousands of columns', () => {
  test('get all of the memory, however small the file', async () => {
    const text = `${WIDE.join(',')}\n${`${WIDE_ROW}\n`.repeat(3)}`;
    expect(await arrival(lake.effects, 'wide/a.csv', text)).toMatchObject({
      result: 'accepted',
      report: { rows: 3, accepted: 3 },
    });
  });

  test('that all of the memory is too little for end in a rejection, until there is more', async () => {
    const text = `${WIDE.join(',')}\n${WIDE_ROW}\n`;
    const engine = await openDuckDb({ memoryLimitMb: 256, tempDirectory: join(world.scratch, 'spill') });
    const little = { ...lake.effects, sql: engine };
    const rejected = await arrival(little, 'wide/a.csv', text);
    expect(rejected).toMatchObject({
      result: 'rejected',
      report: { reason: { rule: 'out-of-memory', value: '256' } },
    });
    expect(rejected?.report?.reason?.message).toMatch(
      /^the file needs more memory than the 256 MB that the engine has /,
    );
    expect((await reconcile(little, {})).ingest).toEqual([]);
    engine.close();
    expect((await reconcile(lake.effects, {})).ingest).toMatchObject([{ source: 'wide/a.csv' }]);
    expect((await ingest(lake.effects, [{ source: 'wide/a.csv' }])).outcomes[0]?.result).toBe('accepted');
  });

  test('that no field takes cost next to nothing', async () => {
    const labels = Array.from({ length: 100_000 }, (_, i) => `x${i}`).join(',');
    const cells = Array.from({ length: 100_000 }, () => '1').join(',');
    const started = process.cpuUsage();
    const found = await arrival(lake.effects, 'pairs/a.csv', `id,${labels},text\n7,${cells},a\n${cells}\n`);
    expect(found).toMatchObject({ result: 'accepted', report: { rows: 2, accepted: 1 } });
    expect(found?.report?.ignoredColumns).toHaveLength(1000);
    const refused = await arrival(lake.effects, 'pairs/b.csv', `${labels}\n${cells}\n`);
    expect(refused?.report?.reason?.rule).toBe('missing-label');
    expect(refused?.report?.reason?.message.length).toBeLessThan(1000);
    expect(process.cpuUsage(started).user).toBeLessThan(20_000_000);
  });
});

describe('cells and records of megabytes', () => {
  const long = 'x'.repeat(15 * MB);
  test.each<[string, string, string, object]>([
    ['a wrong cell', 'pairs/a.csv', `id,text\n${long},a\n1,b\n`, { rows: 2, accepted: 1 }],
    ['a right one', 'pairs/a.csv', `id,text\n1,${long}\n`, { rows: 1, accepted: 1 }],
    ['a label', 'pairs/a.csv', `id,text,${long}\n1,a,\n`, { rows: 1, accepted: 1 }],
    ['a record beyond the limit', 'pairs/a.csv', `id,text\n1,${long}${long}\n`, { outcome: 'rejected' }],
    ['a member', 'things/a.json', `[{"id": "${long}"}, {"id": 1}]`, { rows: 2, accepted: 1 }],
    ['a number', 'things/a.json', `[{"id": ${'9'.repeat(300_000)}}, {"id": 1}]`, { rows: 2, accepted: 1 }],
    [
      'a nested one',
      'things/a.json',
      `[{"id": 1, "more": ${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}, {"id": 1}]`,
      { rows: 2, accepted: 1 },
    ],
    [
      'half a character',
      'things/a.json',
      '[{"text": "\\ud83d"}, {"\\udc00": 1}, {"text": "\\ud83d\\ude00"}]',
      { rows: 3, accepted: 1 },
    ],
    [
      'a record deeper than any stack',
      'things/a.json',
      `[${'['.repeat(5 * MB)}${']'.repeat(5 * MB)}, {"id": 1}]`,
      { rows: 2, accepted: 1 },
    ],
  ])('%s', async (_, source, text, report) => {
    expect((await arrival(lake.effects, source, text))?.report).toMatchObject(report);
    const { bytes } = await reportOf();
    expect(bytes).toBeLessThan(2 * MB);
  });

  async function reportOf() {
    let bytes = 0;
    for await (const { sizeBytes } of lake.effects.lake.list('files/')) bytes += sizeBytes;
    return { bytes };
  }
});
