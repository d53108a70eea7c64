// How costs grow: one more source file where there are very many sources, partitions or versions; a file of many columns; many writers
// at once. Logs of very many are made up: nothing reads data files that no source of the run is in.
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Dataset } from '../../lib/core/contract.ts';
import type { Action, Add } from '../../lib/delta/actions.ts';
import { removeAction } from '../../lib/delta/partitions.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { type LocalLake, openLake } from '../../lib/local/open-lake.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { addOfSource, MANY_SOURCES, mergedAdd } from '../support/many-sources.ts';
import type { Bench, Side } from './bench.ts';
import { DATA, WORK } from './data.ts';
import { emptyWork, linkedCopy } from './days.ts';

type Form = 'merged' | 'apart' | 'partitions' | 'versions';
type Target = NonNullable<Bench['target']>;

const TABLE = 'tables/events';
const FEW = 1000;
/** As `maintain` merges them, and as many in a commit. */
const TOGETHER = 10_000;
const SCHEMAS = join(DATA, 'growth-schemas');
const [LANDING, LAKE, KEYS] = [join(WORK, 'landing'), join(WORK, 'lake'), join(WORK, 'keys')];
const SLUICE = join(import.meta.dirname, '../../bin/sluice.mjs');
const CELLS = 10_000_000;
const FILES_OF_A_WRITER = 10;

const WORDS: Readonly<Record<Form, string>> = {
  merged: 'source files, merged by `maintain`',
  apart: 'source files, each in a data file of its own',
  partitions: 'partitions of a file each',
  versions: 'versions',
};

export function growthBenches(): Bench[] {
  return [
    ...oneMoreFile('merged', [100_000, 1_000_000], { ratio: 2 }),
    ...oneMoreFile('apart', [100_000, 1_000_000], { peakRssMb: 3000 }),
    ...oneMoreFile('partitions', [10_000, 100_000], { peakRssMb: 3000 }),
    ...oneMoreFile('versions', [10_000, 30_000], { ratio: 2 }),
    ...[10_000, 30_000].map((count) => ({
      name: `growth-explain-${count}`,
      title: `the receipt of a table as it was, half of its ${count.toLocaleString('en-US')} versions ago, start-up included`,
      subject: receiptOf(count),
      baseline: receiptOf(FEW),
      target: { ratio: 2 },
    })),
    ...[100, 1000].map((columns) => ({
      name: `growth-columns-${columns}`,
      title: `${CELLS.toLocaleString('en-US')} cells validated and committed, in ${columns.toLocaleString('en-US')} columns`,
      subject: ofColumns(columns),
      baseline: ofColumns(10),
    })),
    ...[4, 16].map((writers) => ({
      name: `growth-writers-${writers}`,
      title: `a file of ${writers} writers at once into one table, each file a commit`,
      subject: ofWriters(writers),
      baseline: ofWriters(1),
    })),
  ];
}

function oneMoreFile(form: Form, counts: readonly number[], target: Target): Bench[] {
  return counts.map((count) => ({
    name: `growth-${form}-${count}`,
    title: `one new file of a row into a table of ${count.toLocaleString('en-US')} ${WORDS[form]}, start-up included`,
    subject: oneMore(count, form),
    baseline: oneMore(FEW, form),
    target,
  }));
}

function receiptOf(count: number): Side {
  return {
    name: `${count.toLocaleString('en-US')} ${WORDS.versions}`,
    command: `npx sluice explain events --as-of ${count / 2}`,
    argv: [SLUICE, 'explain', 'events', '--as-of', `${count / 2}`, '--lake', LAKE, '--schemas', SCHEMAS],
    ready: async () => {
      const from = await filled(count, 'versions');
      await emptyWork();
      await linkedCopy(from, LAKE);
    },
  };
}

function oneMore(count: number, form: Form): Side {
  return {
    name: `${count.toLocaleString('en-US')} ${WORDS[form]}`,
    command: `npx sluice sync --keys with the new file's key`,
    argv: [SLUICE, ...['sync', '--keys', KEYS, '--landing', LANDING, '--lake', LAKE, '--schemas', SCHEMAS]],
    ready: async () => {
      const from = await filled(count, form);
      await emptyWork();
      await linkedCopy(from, LAKE);
      const key = 'events/day=1999-01-01/new.csv';
      await writeSource(key, 'id\n1\n');
      await writeFile(KEYS, `${key}\n`);
    },
  };
}

async function writeSource(key: string, text: string): Promise<void> {
  await mkdir(dirname(join(LANDING, key)), { recursive: true });
  await writeFile(join(LANDING, key), text);
}

async function writePackage(schemas: string, contract: object): Promise<void> {
  await mkdir(join(schemas, 'events'), { recursive: true });
  await writeFile(join(schemas, 'events', 'datapackage.json'), JSON.stringify(contract));
}

/** A lake whose table has so many; made when it is missing. */
async function filled(count: number, form: Form): Promise<string> {
  await writePackage(SCHEMAS, MANY_SOURCES);
  const lake = join(DATA, `lake-growth-${form}-${count}`);
  if (await stat(lake).catch(() => undefined)) return lake;
  process.stderr.write(`Filling ${lake} …\n`);
  const landing = join(DATA, 'growth-landing');
  await mkdir(landing, { recursive: true });
  const local = await openLake({ landing, lake: `${lake}.tmp`, schemas: SCHEMAS }, () => undefined);
  await apply(local.effects);
  for await (const actions of commits(local, count, form))
    await local.effects.tables.commit(TABLE, async () => ({ actions, operation: 'INGEST' }));
  await local.effects.tables.checkpointNewest(TABLE);
  await local.close();
  await rename(`${lake}.tmp`, lake);
  return lake;
}

async function* commits({ effects }: LocalLake, count: number, form: Form): AsyncIterable<Action[]> {
  const [dataset] = effects.catalog.datasets as [Dataset];
  const perDay = form === 'partitions' ? 1 : TOGETHER;
  let before: Add | undefined;
  for (let from = 0; from < count; from += form === 'versions' ? 1 : TOGETHER) {
    const files = Array.from({ length: form === 'versions' ? 1 : Math.min(TOGETHER, count - from) }, (_, i) =>
      addOfSource(dataset, from + i, 20, perDay),
    );
    const adds = form === 'merged' ? [mergedAdd(dataset, files)] : files;
    // Each version replaces the one file of the version before.
    const gone = form === 'versions' && before ? [removeAction(before, 0)] : [];
    before = adds[0];
    yield [...gone, ...adds.map((add): Action => ({ add }))];
  }
}

function ofColumns(columns: number): Side {
  return {
    name: `${columns.toLocaleString('en-US')} columns`,
    command: 'ingest of one file of integers, in a fresh lake',
    prepare: async () => {
      const names = Array.from({ length: columns }, (_, i) => `c${i}`);
      const schema = { fields: names.map((name) => ({ name, type: 'integer' })) };
      const key = 'events/wide.csv';
      await emptyWork();
      await writePackage(join(WORK, 'schemas'), {
        name: 'events',
        resources: [{ name: 'events', path: 'events/*.csv', schema }],
      });
      await writeSource(key, '');
      const engine = await openDuckDb();
      const select = names.map((name, i) => `(i + ${i}) % 1000 AS ${name}`).join(', ');
      await engine.session((session) =>
        session.run(
          `COPY (SELECT ${select} FROM range(${CELLS / columns}) AS t(i)) TO ${literal(join(LANDING, key))} (FORMAT csv, HEADER)`,
        ),
      );
      engine.close();
      const local = await openLake(
        { landing: LANDING, lake: LAKE, schemas: join(WORK, 'schemas') },
        () => undefined,
      );
      await apply(local.effects);
      return () => accepted(local, key);
    },
  };
}

/** Each knows nothing of the others. */
function ofWriters(writers: number): Side {
  return {
    name: `${writers} writer${writers === 1 ? '' : 's'}`,
    command: `ingest of ${FILES_OF_A_WRITER} files of a row, one after the other, in each of them`,
    units: writers * FILES_OF_A_WRITER,
    prepare: async () => {
      await emptyWork();
      await writePackage(SCHEMAS, MANY_SOURCES);
      await mkdir(LANDING, { recursive: true });
      const places = { landing: LANDING, lake: LAKE, schemas: SCHEMAS };
      const lakes: LocalLake[] = [];
      for (let n = 0; n < writers; n += 1) lakes.push(await openLake(places, () => undefined));
      await apply((lakes[0] as LocalLake).effects);
      const keys = lakes.map((_, n) =>
        Array.from({ length: FILES_OF_A_WRITER }, (_, i) => `events/day=2024-01-01/${n}-${i}.csv`),
      );
      for (const key of keys.flat()) await writeSource(key, 'id\n1\n');
      return async () => {
        await Promise.all(
          lakes.map(async (lake, n) => {
            for (const key of keys[n] ?? []) await accepted(lake, key);
          }),
        );
      };
    },
  };
}

async function accepted({ effects }: LocalLake, source: string): Promise<void> {
  const { outcomes, failures } = await ingest(effects, [{ source }]);
  if (failures.length > 0) throw failures[0]?.error;
  if (outcomes[0]?.result !== 'accepted') throw new Error(`${source}: ${outcomes[0]?.result}`);
}
