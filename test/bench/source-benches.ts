// One more source file into a table of very many, in a process that has read nothing before. The log is made up: nothing reads data
// files that no source of the run is in.
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../../lib/core/contract.ts';
import type { Action } from '../../lib/delta/actions.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { type LocalLake, openLake } from '../../lib/local/open-lake.ts';
import { addOfSource, MANY_SOURCES, mergedAdd } from '../support/many-sources.ts';
import type { Bench, Side } from './bench.ts';
import { DATA, WORK } from './data.ts';
import { emptyWork, linkedCopy } from './days.ts';

const TABLE = 'tables/events';
const MANY = 1_000_000;
const FEW = 1000;
/** As `maintain` merges them. */
const MERGED = 10_000;
const SCHEMAS = join(DATA, 'sources-schemas');
const KEY = 'events/day=2024-01-01/new.csv';

export function sourceBenches(): Bench[] {
  return (['merged', 'apart'] as const).map((form) => ({
    name: `sources-${form}`,
    title: `one new file of a row into a table of ${MANY.toLocaleString('en-US')} source files, ${form === 'merged' ? 'merged by `maintain`' : 'each in a data file of its own'}, start-up included`,
    subject: oneMore(MANY, form),
    baseline: oneMore(FEW, form),
    target: form === 'merged' ? { ratio: 2 } : { peakRssMb: 3000 },
  }));
}

type Form = 'merged' | 'apart';

function oneMore(count: number, form: Form): Side {
  const [landing, lake, keys] = [join(WORK, 'landing'), join(WORK, 'lake'), join(WORK, 'keys')];
  return {
    name: `${count.toLocaleString('en-US')} source files`,
    command: `npx sluice sync --keys with the new file's key`,
    argv: [
      join(import.meta.dirname, '../../bin/sluice.mjs'),
      ...['sync', '--keys', keys, '--landing', landing, '--lake', lake, '--schemas', SCHEMAS],
    ],
    ready: async () => {
      const from = await filled(count, form);
      await emptyWork();
      await linkedCopy(from, lake);
      await mkdir(join(landing, KEY, '..'), { recursive: true });
      await writeFile(join(landing, KEY), 'id\n1\n');
      await writeFile(keys, `${KEY}\n`);
    },
  };
}

/** A lake whose table names so many source files; made when it is missing. */
async function filled(count: number, form: Form): Promise<string> {
  await mkdir(join(SCHEMAS, 'events'), { recursive: true });
  await writeFile(join(SCHEMAS, 'events', 'datapackage.json'), JSON.stringify(MANY_SOURCES));
  const lake = join(DATA, `lake-sources-${form}-${count}`);
  if (await stat(lake).catch(() => undefined)) return lake;
  process.stderr.write(`Filling ${lake} …\n`);
  const landing = join(DATA, 'sources-landing');
  await mkdir(landing, { recursive: true });
  const local = await openLake({ landing, lake: `${lake}.tmp`, schemas: SCHEMAS }, () => undefined);
  await apply(local.effects);
  await writeLog(local, count, form);
  await local.close();
  await rename(`${lake}.tmp`, lake);
  return lake;
}

async function writeLog({ effects }: LocalLake, count: number, form: Form): Promise<void> {
  const [dataset] = effects.catalog.datasets as [Dataset];
  for (let from = 0; from < count; from += MERGED) {
    const files = Array.from({ length: Math.min(MERGED, count - from) }, (_, i) =>
      addOfSource(dataset, from + i, 20, MERGED),
    );
    const adds = form === 'apart' ? files : [mergedAdd(dataset, files)];
    const actions = adds.map((add): Action => ({ add }));
    await effects.tables.commit(TABLE, async () => ({ actions, operation: 'INGEST' }));
  }
  await effects.tables.checkpointNewest(TABLE);
}
