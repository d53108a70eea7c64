// What docs/reading.md says of other programs: its steps in order, Python included, on the lake that its own commands make.
import { cpSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { tryStep } from '../support/page-commands.ts';
import { stepsOf } from '../support/runnable-blocks.ts';
import { testTemp } from '../support/temp.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = 'docs/reading.md';

test('pandas, Polars, DuckDB and Spark read what the page says', { timeout: 600_000 }, async () => {
  const python = process.env.SLUICE_PYTHON;
  if (python === undefined) throw new Error('SLUICE_PYTHON is not set: run "npm run test:interop"');
  const steps = stepsOf(readFileSync(join(ROOT, PAGE), 'utf8'));
  const inPython = steps.filter((step) => step.kind === 'run' && step.language === 'python');
  expect(inPython).toHaveLength(4);
  const folder = testTemp();
  cpSync(join(ROOT, 'schemas'), join(folder, 'schemas'), { recursive: true });
  const environment = { SPARK_CONF_DIR: await sparkSettings(python) };
  for (const step of steps) await tryStep(PAGE, folder, step, { python, environment });
});

/** As in read_spark.py: the same jars, and one task a step. */
async function sparkSettings(python: string): Promise<string> {
  const folder = testTemp();
  const settings = {
    'spark.jars.ivy': join(dirname(dirname(python)), 'ivy'),
    'spark.sql.shuffle.partitions': '1',
    'spark.databricks.delta.snapshotPartitions': '1',
    'spark.ui.enabled': 'false',
    'spark.ui.showConsoleProgress': 'false',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(join(folder, 'spark-defaults.conf'), lines.join(''));
  return folder;
}
