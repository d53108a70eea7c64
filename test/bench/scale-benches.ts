// What must not grow with the lake: one more day, a backfill, files that come together or again, a partition beyond memory.
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { engineMemoryMb } from '../../lib/aws/limits.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { partitionId } from '../../lib/lake/partition.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { type LocalLake, openLake } from '../../lib/local/open-lake.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { literal } from '../../lib/sql/quoting.ts';
import type { Bench } from './bench.ts';
import { DATA, WORK } from './data.ts';
import {
  dayKey,
  daysLake,
  daysLanding,
  daysToLast,
  dayText,
  emptyWork,
  filledLake,
  LAST,
  linkedCopy,
  ROWS,
  SCHEMAS,
  workCopy,
  writeDay,
} from './days.ts';

const MORE = 10;
const FAR = 1000;
const TOGETHER = 500;
const SPILL_ROWS = 20_000_000;
const SPILL_MEMORY_MB = 1024;
/** Of a function whose engine has that limit: Node, its libraries and what the engine's allocator keeps have room in it. */
const SPILL_FUNCTION_MB = Array.from({ length: 4096 }, (_, mb) => mb).find(
  (mb) => engineMemoryMb(mb) >= SPILL_MEMORY_MB,
) as number;

export function scaleBenches(): Bench[] {
  const moreDays = (count: number) => ({
    name: `into a lake of ${count.toLocaleString('en-US')} days`,
    command: `one new day's file, ${ROWS} rows, through to all insights of the package billing; a process that has read nothing before`,
    prepare: () => tenMoreDays(count),
    units: MORE,
  });
  return [
    {
      name: 'thousandth-day',
      title: `one more day's file in a lake of ${FAR.toLocaleString('en-US')} days, a file`,
      subject: moreDays(FAR),
      baseline: moreDays(10),
      target: { ratio: 1.3 },
    },
    {
      name: 'backfill',
      title: `a backfill of ${FAR.toLocaleString('en-US')} days, a day`,
      subject: {
        name: `${FAR.toLocaleString('en-US')} days at once`,
        command: `all files of ${ROWS} rows through to all insights of the package billing, without the start`,
        prepare: () => backfill(FAR, 1),
        units: FAR,
      },
      baseline: {
        name: 'one day alone',
        command: 'the same with one file, in ten lakes one after the other',
        prepare: () => backfill(1, 10),
        units: 10,
      },
      // 0.7 times as fast.
      target: { ratio: 1 / 0.7 },
    },
    {
      name: 'together',
      title: `${TOGETHER} files of one day that arrive together`,
      subject: {
        name: `${TOGETHER} files of 20 rows`,
        command: 'through to all insights; fails where a partition is recomputed more than five times',
        prepare: () => together(TOGETHER, 20),
      },
      baseline: {
        name: 'one file of as many rows',
        command: 'through to all insights',
        prepare: () => together(1, TOGETHER * 20),
      },
    },
    {
      name: 'resent',
      title: 'a file that is sent again with the same bytes',
      subject: {
        name: 'the same bytes',
        command: '20,000 rows under the name that they had; fails where anything is recomputed',
        prepare: () => resent(0),
      },
      baseline: {
        name: 'other bytes',
        command: '20,000 other rows under that name, through to all insights',
        prepare: () => resent(1),
      },
    },
    {
      name: 'spill',
      title: `an insight over one partition of ${SPILL_ROWS.toLocaleString('en-US')} rows, grouped into as many, with --memory ${SPILL_MEMORY_MB}`,
      subject: {
        name: `--memory ${SPILL_MEMORY_MB}`,
        command: 'SELECT day, id, sum(amount), count(*) FROM events GROUP BY day, id; audited and committed',
        prepare: () => spill(SPILL_MEMORY_MB),
      },
      baseline: {
        name: 'memory as it likes',
        command: 'the same without the setting',
        prepare: () => spill(undefined),
      },
      target: { peakRssMb: SPILL_FUNCTION_MB },
    },
  ];
}

async function opened(
  landing: string,
  lake: string,
  schemas = SCHEMAS,
  memoryLimitMb?: number,
): Promise<LocalLake> {
  const memory = memoryLimitMb === undefined ? {} : { memoryLimitMb };
  return openLake({ landing, lake, schemas }, () => undefined, memory);
}

/** Returns how often the partition was recomputed that was most often, built-in tables included. */
async function arrive(local: LocalLake, keys: readonly string[]): Promise<number> {
  const { effects, queues, deadLetters } = local;
  const times = new Map<string, number>();
  let accepted = 0;
  await queues.files.send(keys.map((source) => ({ source })));
  await deliver(effects, queues, {
    ingested: ({ outcomes }) => {
      accepted += outcomes.filter(({ result }) => result === 'accepted').length;
    },
    refreshed: ({ target, published }) => {
      for (const partition of published) {
        const id = `${target.name} ${partitionId(partition)}`;
        times.set(id, (times.get(id) ?? 0) + 1);
      }
    },
  });
  if (accepted !== keys.length) throw new Error(`${accepted} of ${keys.length} files were accepted`);
  if (deadLetters.buried[0]) throw new Error(deadLetters.buried[0].error);
  return Math.max(0, ...times.values());
}

async function tenMoreDays(count: number): Promise<() => Promise<void>> {
  const lake = await workCopy(await daysLake(daysToLast(count)));
  const landing = join(WORK, 'landing');
  const keys: string[] = [];
  for (let day = LAST + 1; day <= LAST + MORE; day += 1) keys.push(await writeDay(landing, day, ROWS));
  const local = await opened(landing, lake);
  return async () => {
    for (const key of keys) if ((await arrive(local, [key])) === 0) throw new Error(`${key} changed nothing`);
  };
}

async function backfill(count: number, lakes: number): Promise<() => Promise<void>> {
  await emptyWork();
  const landing = await daysLanding(daysToLast(count));
  const keys = Array.from({ length: count }, (_, index) => dayKey(LAST + 1 - count + index));
  const fresh: LocalLake[] = [];
  for (let index = 0; index < lakes; index += 1) {
    const local = await opened(landing, join(WORK, `lake-${index}`));
    await apply(local.effects);
    fresh.push(local);
  }
  return async () => {
    for (const local of fresh) await arrive(local, keys);
  };
}

async function together(files: number, rows: number): Promise<() => Promise<void>> {
  await emptyWork();
  const landing = join(WORK, 'landing');
  const keys: string[] = [];
  for (let index = 0; index < files; index += 1)
    keys.push(await writeDay(landing, LAST, rows, `file-${index}`));
  const local = await opened(landing, join(WORK, 'lake'));
  await apply(local.effects);
  return async () => {
    const times = await arrive(local, keys);
    if (times < 1 || times > 5) throw new Error(`a partition was recomputed ${times} times`);
  };
}

async function resent(seed: number): Promise<() => Promise<void>> {
  await emptyWork();
  const landing = join(WORK, 'landing');
  const key = await writeDay(landing, LAST, 20_000);
  const local = await opened(landing, join(WORK, 'lake'));
  await apply(local.effects);
  await arrive(local, [key]);
  await rm(join(landing, key));
  await writeFile(join(landing, key), dayText(LAST, 20_000, seed));
  return async () => {
    const times = await arrive(local, [key]);
    if (times > 0 !== seed > 0) throw new Error(`seed ${seed}: recomputed ${times} times`);
  };
}

const EVENTS = join(import.meta.dirname, 'schemas');
const TOTALS = { kind: 'insights', name: 'event_totals' } as const;

/** The insight alone is measured: its input is ingested, and its own table is empty. */
async function spill(memoryLimitMb: number | undefined): Promise<() => Promise<void>> {
  await emptyWork();
  const landing = await eventsLanding();
  const full = await filledLake(`lake-events-${SPILL_ROWS}`, landing, EVENTS);
  const lake = await linkedCopy(join(full, 'tables'), join(WORK, 'lake/tables')).then(() =>
    join(WORK, 'lake'),
  );
  const local = await opened(landing, lake, EVENTS, memoryLimitMb);
  await apply(local.effects);
  return async () => {
    const { published } = await refresh(local.effects, TOTALS);
    if (published.length !== 1) throw new Error(`${published.length} partitions were published`);
  };
}

async function eventsLanding(): Promise<string> {
  const landing = join(DATA, `events-${SPILL_ROWS}`);
  const file = join(landing, 'events/day=2024-01-01/events.csv');
  if (
    await stat(file).then(
      () => true,
      () => false,
    )
  )
    return landing;
  await mkdir(dirname(file), { recursive: true });
  const engine = await openDuckDb();
  const rows = `SELECT (i * 7919) % ${SPILL_ROWS} AS id, (hash(i) % 1000000) / 100 AS amount FROM range(${SPILL_ROWS}) AS t(i)`;
  await engine.session((session) =>
    session.run(
      `COPY (SELECT id, CAST(amount AS DECIMAL(18, 2)) AS amount FROM (${rows})) TO ${literal(`${file}.tmp`)} (FORMAT csv, HEADER)`,
    ),
  );
  engine.close();
  await rename(`${file}.tmp`, file);
  return landing;
}
