// The whole on an emulator with functions: files put into landing of a deployed stack show in the insights, whatever happens on
// the way; after each trouble the lake equals, row by row, a clean local one over the same landing.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landingTable } from '../../lib/core/catalog.ts';
import { tablePrefix } from '../../lib/core/insight.ts';
import { entryKey } from '../../lib/delta/log-keys.ts';
import { lakeStatus } from '../../lib/local/lake-status.ts';
import { emulatorEnvironment } from '../../localstack/emulators.ts';
import { sluice } from '../cli/harness.ts';
import { DeployedStack, type S3Event } from './deployed-stack.ts';
import { emulator } from './emulated.ts';
import { allTables, compareLakes, inLots, openRemoteLake, openTwin, type RemoteLake } from './lake-twin.ts';

const ROOT = join(import.meta.dirname, '../..');
const TIMEOUT_MS = 90_000;
const POISON = '{"neither":"a notification nor ours"}';
/** LocalStack's functions need Docker: there it is an endpoint that somebody else started. */
const hasFunctions = emulator.brand === 'ministack' || process.env.SLUICE_EMULATOR === 'endpoint';
if (!hasFunctions)
  console.warn(
    `${emulator.brand} without Docker runs no functions: the end-to-end suite does not run on it.`,
  );

let stack: DeployedStack;
let lake: RemoteLake;
/** Messages that no function can ever take. */
let poisons = 0;

async function until(what: string, condition: () => Promise<boolean>, everyMs = 200): Promise<void> {
  const giveUp = Date.now() + TIMEOUT_MS;
  while (!(await condition())) {
    if (Date.now() > giveUp) throw new Error(`waited in vain for: ${what}`);
    await after(everyMs);
  }
}

async function totals() {
  const of = async (queue: Parameters<DeployedStack['count']>[0]) => {
    const { waiting, hidden } = await stack.count(queue);
    return waiting + hidden;
  };
  // What a file's message leads to is in the refresh queue before the message is gone: so it is counted after it.
  const files = (await of('FilesQueueUrl')) + (await of('FilesDeadLetterQueueUrl'));
  const refreshes = (await of('RefreshQueueUrl')) + (await of('RefreshDeadLetterQueueUrl'));
  return { files: files - poisons, refreshes };
}

const filesAreDelivered = async () => (await totals()).files === 0;

async function queuesAreEmpty(): Promise<boolean> {
  const { files, refreshes } = await totals();
  return files === 0 && refreshes === 0;
}

/** The queues are empty, and the lake stands on what landing holds. */
async function settled(): Promise<boolean> {
  if (!(await queuesAreEmpty())) return false;
  const { datasets, derived } = await lakeStatus(lake.effects);
  return (
    datasets.every(({ waiting, vanished }) => waiting === 0 && vanished === 0) &&
    derived.every(({ behind, stale }) => behind === 0 && stale.length === 0)
  );
}

/** The number of rows in all tables, which are those of a clean local lake. */
async function expectLocalRows(): Promise<number> {
  await until('a settled lake', settled);
  const twin = await openTwin(lake.effects.landing);
  try {
    const { rows, differences } = await compareLakes(lake.effects, twin.effects);
    expect(differences).toEqual([]);
    return rows;
  } finally {
    await twin.close();
  }
}

async function versions(): Promise<Record<string, number | undefined>> {
  const found: Record<string, number | undefined> = {};
  for (const table of allTables(lake.effects))
    found[tablePrefix(table)] = (await lake.effects.tables.latest(tablePrefix(table)))?.version;
  return found;
}

async function samples(): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const name of await readdir(join(ROOT, 'schemas'))) {
    const folder = join(ROOT, 'schemas', name, 'samples');
    const entries = existsSync(folder) ? await readdir(folder, { recursive: true, withFileTypes: true }) : [];
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) found.set(path.slice(folder.length + 1), await readFile(path));
    }
  }
  return found;
}

const billingKey = (day: number, name: string) =>
  `dwh-fina/billing/year=2024/month=01/day=${String(day).padStart(2, '0')}/${name}.csv`;

/** `rows` operations of one day; those of another `seed` cost something else. */
function billing(day: number, rows: number, seed: number): string {
  const header =
    'timestamp,resource_id,user_id,credit_usage,region,service_tier,operation_type,success,resource_type,invoice_id,currency,year,month,day';
  const lines = Array.from({ length: rows }, (_, n) => {
    const second = String(n % 60).padStart(2, '0');
    const cost = `-0.${String((seed * 7919 + n) % 1_000_000).padStart(6, '0')}`;
    const user = 1000 + ((seed + n) % 50);
    return `2024-01-${String(day).padStart(2, '0')} 10:00:${second},231bd20c-3403-4cdd-afb1-7efde2a5fe7b,${user},${cost},de-fra1,standard,read,true,server,INV-${user},EUR,2024,1,${day}`;
  });
  return `${[header, ...lines].join('\n')}\n`;
}

/** The processes of one function of this stage alone. */
async function workers(name: 'ingest' | 'aggregate'): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,args='], { maxBuffer: 1e8 });
  const mark = `ministack-lambda-Sluice-${stack.stage}-SluiceFunctions${name}`;
  return stdout
    .split('\n')
    .filter((line) => line.includes(mark))
    .map((line) => Number.parseInt(line, 10));
}

describe.skipIf(!hasFunctions)(`end to end on ${emulator.brand}`, () => {
  beforeAll(async () => {
    stack = await DeployedStack.deploy();
    lake = await openRemoteLake(stack.outputs);
    // It takes its five attempts while the other tests go on.
    await stack.say(POISON);
    poisons = 1;
  });
  afterAll(() => lake?.close());

  it('both packages’ samples', async () => {
    await inLots([...(await samples())], ([key, content]) => stack.put(key, content));
    expect(await expectLocalRows()).toBeGreaterThan(15_000);
  });

  it('another reader, delta-rs, sees in S3 what it sees in the local lake', async ({ skip }) => {
    const python = process.env.SLUICE_PYTHON ?? join(ROOT, '.venv/bin/python');
    if (!existsSync(python)) {
      if (process.env.CI) throw new Error('delta-rs is not there: run "npm run test:interop" before');
      skip('delta-rs is not there: "npm run test:interop" installs it');
    }
    const twin = await openTwin(lake.effects.landing);
    try {
      const pairs = allTables(lake.effects).map((table) => [
        join(twin.folder, 'lake', tablePrefix(table)),
        `s3://${stack.outputs.LakeBucket}/${tablePrefix(table)}`,
      ]);
      const options = { ...emulatorEnvironment(emulator.endpoint), AWS_ALLOW_HTTP: 'true' };
      const child = spawn(python, [join(import.meta.dirname, 'same_rows.py')], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      child.stdin.end(JSON.stringify({ pairs, options }));
      const read = JSON.parse(await text(child.stdout)) as { table: string; rows: number; same: boolean }[];
      expect(read.filter(({ same }) => !same)).toEqual([]);
      expect(read.find(({ table }) => table.endsWith('insights/spend_by_month'))?.rows).toBe(3);
      expect(read.find(({ table }) => table.endsWith('tables/billing'))?.rows).toBe(15_037);
    } finally {
      await twin.close();
    }
  });

  it('files replaced', async () => {
    await stack.put(billingKey(2, 'billing'), billing(2, 40, 1));
    await stack.put(
      'air-boltic/customer/customers-1.csv',
      'Customer ID,Name,Customer Group ID,Email,Phone Number\n1,Anu,1,anu@example.com,\n77,New,,,\n',
    );
    await expectLocalRows();
  });

  it('files deleted', async () => {
    await stack.remove(billingKey(1, 'billing'));
    await stack.remove('air-boltic/customer/customers-2.csv');
    await expectLocalRows();
  });

  it('each event twice more: nothing is committed', async () => {
    const before = await versions();
    const events: S3Event[] = [];
    for await (const { key } of lake.effects.landing.list(''))
      events.push({ name: 'ObjectCreated:Put', key });
    events.push({ name: 'ObjectRemoved:Delete', key: billingKey(1, 'billing') });
    await inLots([...events, ...events], (event) => stack.tell(event));
    await expectLocalRows();
    expect(await versions()).toEqual(before);
  });

  it('events in reverse order', async () => {
    const events: S3Event[] = [];
    const put = async (key: string, content: string) => {
      await stack.put(key, content);
      events.unshift({ name: 'ObjectCreated:Put', key });
    };
    const remove = async (key: string) => {
      await stack.remove(key);
      events.unshift({ name: 'ObjectRemoved:Delete', key });
    };
    const replaced = billingKey(4, 'replaced a b+é');
    const restored = billingKey(5, 'restored');
    const gone = billingKey(6, 'gone');
    await stack.silently(async () => {
      for (const seed of [1, 2, 3]) await put(replaced, billing(4, 5 + seed, seed));
      await put(restored, billing(5, 5, 4));
      await remove(restored);
      await put(restored, billing(5, 6, 5));
      await put(gone, billing(6, 5, 6));
      await remove(gone);
    });
    for (const event of events) {
      await stack.tell(event);
      await until('one event to be delivered', filesAreDelivered, 50);
    }
    await expectLocalRows();
  });

  it('arrival to insight', async () => {
    const insight = 'insights/spend_by_month';
    const tookMs: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const present = (await lake.effects.tables.latest(insight))?.version ?? -1;
      const next = entryKey(insight, present + 1);
      const started = performance.now();
      await stack.put(billingKey(7, `small-${n}`), billing(7, 5, n));
      await until(next, async () => (await lake.effects.lake.head(next)) !== undefined, 10);
      tookMs.push(performance.now() - started);
      await until('empty queues', queuesAreEmpty, 50);
    }
    const sorted = tookMs.toSorted((a, b) => a - b).map(Math.round);
    console.info(
      `${emulator.brand}: arrival to the fourth insight of a chain, 20 files: p50 ${sorted[9]} ms, p95 ${sorted[18]} ms`,
    );
    await expectLocalRows();
  });

  it.skipIf(emulator.brand !== 'ministack')('functions killed in the middle', async () => {
    // A message that a dead function held comes back when its time is over: on AWS half an hour.
    const soon = () => '6';
    const killed = { ingest: 0, aggregate: 0 };
    await stack.under('FilesQueueUrl', 'VisibilityTimeout', soon, () =>
      stack.under('RefreshQueueUrl', 'VisibilityTimeout', soon, async () => {
        await inLots([1, 2, 3, 4, 5, 6, 7, 8], (n) =>
          stack.put(billingKey(10 + n, 'large'), billing(10 + n, 8_000, n)),
        );
        for (const [name, queue, others] of [
          ['ingest', 'FilesQueueUrl', poisons],
          ['aggregate', 'RefreshQueueUrl', 0],
          ['ingest', 'FilesQueueUrl', poisons],
          ['aggregate', 'RefreshQueueUrl', 0],
        ] as const) {
          const inFlight = async () => (await stack.count(queue)).hidden > others;
          await until(`a message in flight to ${name}`, inFlight, 5);
          for (const pid of await workers(name)) process.kill(pid, 'SIGKILL');
          if (await inFlight()) killed[name] += 1;
        }
        await until('a settled lake', settled);
      }),
    );
    expect(Math.min(killed.ingest, killed.aggregate)).toBeGreaterThan(0);
    await expectLocalRows();
  });

  it('300 files at once', async () => {
    const numbers = Array.from({ length: 300 }, (_, n) => n);
    const started = performance.now();
    await inLots(numbers, (n) =>
      stack.put(billingKey(8 + (n % 3), `burst é+ ${n}`), billing(8 + (n % 3), 3, n)),
    );
    await until('a settled lake', settled);
    console.info(`${emulator.brand}: 300 files at once took ${Math.round(performance.now() - started)} ms`);
    await expectLocalRows();
  });

  it('of all messages the poison alone ends among the dead letters', async () => {
    await until('the poison to be dead', poisonIsDead, 500);
    const { letters } = await deadLetters();
    expect(letters.map(({ queue }) => queue)).toEqual(['files']);
    expect(letters[0]?.reason).toContain('neither');
    expect(await settled()).toBe(true);
  });

  it('what failed for a passing reason is redriven', async () => {
    const trips = lake.effects.catalog.datasets.find(({ name }) => name === 'trips');
    if (trips === undefined) throw new Error('there is no dataset trips');
    const prefix = tablePrefix(landingTable(trips));
    const present = (await lake.effects.tables.latest(prefix))?.version ?? -1;
    const broken = entryKey(prefix, present + 1);
    const key = 'air-boltic/trip/later.csv';
    // Five attempts take minutes.
    const once = (policy: string) => JSON.stringify({ ...JSON.parse(policy), maxReceiveCount: 1 });
    await stack.under('FilesQueueUrl', 'RedrivePolicy', once, async () => {
      await lake.effects.lake.write(broken, new TextEncoder().encode('not a log entry\n'));
      await stack.put(
        key,
        'Trip ID,Origin City,Destination City,Airplane ID,Start Timestamp,End Timestamp\n901,Tallinn,Riga,14,2024-01-09 07:00:00,2024-01-09 08:00:00\n',
      );
      await stack.put(billingKey(20, 'unharmed'), billing(20, 5, 1));
      const isDead = async () => (await deadLetters()).letters.some(({ about }) => about.includes(key));
      await until('the message among the dead letters', isDead, 500);
      await lake.effects.lake.remove([broken]);
      const { code, out } = await sluice(['redrive', ...deadLetterQueues(), '--json']);
      expect([code, JSON.parse(out)]).toMatchObject([0, { queues: [{ moved: 2, left: 0 }, { moved: 0 }] }]);
      await expectLocalRows();
      await until('the poison to be dead again', poisonIsDead, 500);
    });
    expect((await stack.count('FilesQueueUrl')).waiting).toBe(0);
  });

  it('destroyed, the stack leaves its lake as it was', async () => {
    await stack.destroy();
    await expect(stack.count('FilesQueueUrl')).rejects.toThrow();
    const left = await openRemoteLake(stack.outputs);
    try {
      const { rows, differences } = await compareLakes(left.effects, lake.effects);
      expect(differences).toEqual([]);
      expect(rows).toBeGreaterThan(15_000);
    } finally {
      await left.close();
    }
  });
});

async function poisonIsDead(): Promise<boolean> {
  return (await stack.count('FilesDeadLetterQueueUrl')).waiting === poisons;
}

type Letters = {
  readonly letters: { readonly queue: string; readonly about: string[]; readonly reason: string }[];
};

function deadLetterQueues(): string[] {
  const { FilesDeadLetterQueueUrl, RefreshDeadLetterQueueUrl } = stack.outputs;
  return ['--files-dlq', FilesDeadLetterQueueUrl, '--refresh-dlq', RefreshDeadLetterQueueUrl];
}

async function deadLetters(): Promise<Letters> {
  const { code, out, err } = await sluice(['dead-letters', ...deadLetterQueues(), '--json']);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out) as Letters;
}
