// delta-rs as a second reader of a stage's lake: what it sees in S3 and in a local lake.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { tablePrefix } from '../../lib/core/insight.ts';
import { allTables, type openTwin } from './lake-twin.ts';
import { environment, target } from './target.ts';

const ROOT = join(import.meta.dirname, '../..');

type Read = { readonly table: string; readonly rows: number; readonly same: boolean };

/** A Python that has it. Where none is: in CI an error, elsewhere the test is skipped, with the reason. */
export function requireDeltaRs(skip: (reason: string) => never): string {
  const python = process.env.SLUICE_PYTHON ?? join(ROOT, '.venv/bin/python');
  if (existsSync(python)) return python;
  if (process.env.CI) throw new Error('delta-rs is not there: run "npm run test:interop" before');
  return skip('delta-rs is not there: "npm run test:interop" installs it');
}

/** Every table, row by row; returns how many rows each has. */
export async function expectSameRowsByDeltaRs(
  python: string,
  { twin, lakeBucket }: { twin: Awaited<ReturnType<typeof openTwin>>; lakeBucket: string },
): Promise<ReadonlyMap<string, number>> {
  const pairs = allTables(twin.effects).map((table) => [
    join(twin.folder, 'lake', tablePrefix(table)),
    `s3://${lakeBucket}/${tablePrefix(table)}`,
  ]);
  const options = target.endpoint === undefined ? {} : { ...environment, AWS_ALLOW_HTTP: 'true' };
  const child = spawn(python, [join(import.meta.dirname, 'same_rows.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ pairs, options }));
  const read = JSON.parse(await text(child.stdout)) as Read[];
  expect(read.filter(({ same }) => !same)).toEqual([]);
  return new Map(read.map(({ table, rows }) => [table.slice(`s3://${lakeBucket}/`.length), rows]));
}
