// The proof of a draft: ingest's own conversion of every sample under the drafted contract, and what it refuses.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../core/contract.ts';
import type { PlacedViolation } from '../core/violation-text.ts';
import type { ViolationCount } from '../ingest/quarantine.ts';
import { convertWithin } from '../ingest/room.ts';
import type { SqlEngine } from '../ports.ts';
import type { KnownSample, ReadOptions } from './sample.ts';

export type CheckedSample = {
  readonly file: string;
  /** The landing key under which it was read. */
  readonly key: string;
  readonly rows: number;
  readonly accepted: number;
  /** Why the whole file would be rejected. */
  readonly reason?: PlacedViolation;
  readonly counts: readonly ViolationCount[];
  /** The first ones, in the file's order. */
  readonly violations: readonly PlacedViolation[];
};

const MAX_VIOLATIONS = 20;

export async function checkSample(
  sql: SqlEngine,
  dataset: Dataset,
  sample: KnownSample,
  key: string,
  options: ReadOptions,
): Promise<CheckedSample> {
  const scratch = join(options.scratch, 'check');
  await mkdir(scratch, { recursive: true });
  try {
    const space = { room: 'alone' as const, limit: options.limit, bytes: 0 };
    const source = { dataset, key, path: sample.path, scratch };
    const converted = await convertWithin(sql, space, source, { maxExamples: MAX_VIOLATIONS });
    const { quarantine } = converted;
    const found = {
      file: sample.shown,
      key,
      counts: quarantine?.counts ?? [],
      violations: quarantine?.examples ?? [],
    };
    if (converted.outcome === 'accepted')
      return { ...found, rows: converted.rows, accepted: converted.acceptedRows };
    const reason = { line: null, ...converted.violation };
    return { ...found, rows: converted.rows ?? 0, accepted: 0, reason };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
