// What must not grow with the number of insights: verbs that find nothing to do.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLake } from '../../lib/local/open-lake.ts';
import { syncLake } from '../../lib/local/sync-lake.ts';
import type { Bench, Side } from './bench.ts';
import { DATA, smallFilesFolder, smallFilesLanding } from './data.ts';

const INSIGHTS = 300;
const FILES = 3;
const ROOT = join(import.meta.dirname, '../..');
const BILLING = join(ROOT, 'schemas/billing');
/** Of the package billing, those that read the files' table alone. */
const PATTERNS = ['usage_daily', 'user_daily', 'resource_daily'];

export function insightBenches(): Bench[] {
  return (['sync', 'status'] as const).map((verb) => ({
    name: `insights-${INSIGHTS}-${verb}`,
    title: `${verb} with nothing to do and ${INSIGHTS} insights, start-up included`,
    subject: side(verb, INSIGHTS),
    baseline: side(verb, 1),
    target: { ratio: 2 },
  }));
}

function side(verb: 'sync' | 'status', insights: number): Side {
  const schemas = join(DATA, `schemas-${insights}-insights`);
  const lake = join(DATA, `lake-${insights}-insights`);
  const landing = smallFilesFolder(FILES);
  const ready = async () => {
    await smallFilesLanding(FILES);
    await writeInsights(schemas, insights);
    const local = await openLake({ landing, lake, schemas }, () => undefined);
    await syncLake(local, { selection: {}, prune: false, allowMassWithdrawal: false });
    await local.close();
  };
  return {
    name: `${insights} insight${insights === 1 ? '' : 's'}`,
    command: `npx sluice ${verb}`,
    argv: [join(ROOT, 'bin/sluice.mjs'), verb, '--landing', landing, '--lake', lake, '--schemas', schemas],
    ready,
  };
}

async function writeInsights(schemas: string, count: number): Promise<void> {
  const folder = join(schemas, 'billing');
  await rm(schemas, { recursive: true, force: true });
  await mkdir(join(folder, 'insights'), { recursive: true });
  await copyFile(join(BILLING, 'datapackage.json'), join(folder, 'datapackage.json'));
  const texts = await Promise.all(
    PATTERNS.map((name) => readFile(join(BILLING, 'insights', `${name}.sql`), 'utf8')),
  );
  for (let i = 0; i < count; i += 1)
    await writeFile(join(folder, 'insights', `metric_${i}.sql`), texts[i % texts.length] ?? '');
}
