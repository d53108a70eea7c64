// What docs/reading.md says of other programs: its steps in order, Python included, on the lake that its own commands make.
import { cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { tryStep } from '../support/page-commands.ts';
import { stepsOf } from '../support/runnable-blocks.ts';
import { testTemp } from '../support/temp.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = 'docs/reading.md';

test('pandas, Polars and DuckDB read what the page says', { timeout: 600_000 }, async () => {
  const python = process.env.SLUICE_PYTHON;
  if (python === undefined) throw new Error('SLUICE_PYTHON is not set: run "npm run test:interop"');
  const steps = stepsOf(readFileSync(join(ROOT, PAGE), 'utf8'));
  const inPython = steps.filter((step) => step.kind === 'run' && step.language === 'python');
  expect(inPython).toHaveLength(3);
  const folder = testTemp();
  cpSync(join(ROOT, 'schemas'), join(folder, 'schemas'), { recursive: true });
  for (const step of steps) await tryStep(PAGE, folder, step, { python });
});
