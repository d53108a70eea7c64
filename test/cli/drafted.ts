// What `sluice draft` makes of samples, for tests: of files, of one file's fields, of one column.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { testTemp } from '../support/temp.ts';
import { sluice } from './harness.ts';

export type Field = {
  name: string;
  header?: string;
  type: string;
  format?: string;
  constraints?: { required?: boolean; enum?: string[] };
} & Record<string, unknown>;
export type Resource = {
  name: string;
  path: string;
  encoding: string;
  dialect?: Record<string, unknown>;
  partitionBy?: string[];
  schema: { fields: Field[]; primaryKey?: string };
};
export type Document = {
  datasets: {
    resource: Resource;
    notes: { field: string; drafted: string; seen: string; remarks: string[] }[];
    samples: {
      file: string;
      key: string;
      rows: number;
      accepted: number;
      reason?: string;
      violations: { message: string }[];
    }[];
  }[];
  refused: { file: string; problem: string }[];
  passed: string[];
  written: string[];
};

/** Writes the files and drafts from them, as JSON. */
export async function draft(files: Record<string, string | Buffer>, ...options: string[]) {
  const folder = testTemp();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const args = ['draft', folder, '--landing', join(folder, 'none'), '--format', 'json', ...options];
  const { code, out, err } = await sluice(args);
  const document: Document =
    out === '' ? { datasets: [], refused: [], passed: [], written: [] } : JSON.parse(out);
  return { code, err, folder, ...document };
}

/** The drafted fields of a file's one dataset, without what was seen. */
export async function fieldsOf(text: string | Buffer, ...options: string[]) {
  const { datasets, code } = await draft({ 'rows.csv': text }, ...options);
  const [dataset] = datasets;
  if (dataset === undefined) throw new Error('no dataset');
  const fields = dataset.resource.schema.fields.map(({ description: _, ...field }) => field);
  const seen = (name: string) => dataset.notes.find(({ field }) => field === name);
  return { fields, seen, resource: dataset.resource, samples: dataset.samples, code };
}

/** One column `v` beside a number, which shows that the first line is a header. */
export async function columnOf(texts: readonly string[]) {
  const quoted = texts.map((text) => `"${text.replaceAll('"', '""')}"`);
  const { fields, seen, code, samples } = await fieldsOf(
    `n,v\n${quoted.map((text, i) => `${i},${text}\n`).join('')}`,
  );
  expect(code, JSON.stringify(samples)).toBe(0);
  const { name: _, constraints: __, ...words } = fields[1] as Field;
  return { words, seen: seen('v') };
}
