// What became of one version of a source file: the JSON document that stands in the lake under files/.
import type { Dataset } from '../core/contract.ts';
import { reportKey, type SourceVersion } from '../core/layout.ts';
import type { Violation } from '../core/violation.ts';
import type { ObjectStore, ObjectVersion } from '../ports.ts';
import type { ViolationCount } from './quarantine.ts';

export type Report = {
  readonly source: string;
  readonly dataset: string;
  readonly etag: string;
  readonly lastModified: string;
  readonly sizeBytes: number;
  readonly contract: string;
  /** `rejected`: the file as a whole was refused, and what the table held of this source before stays. */
  readonly outcome: 'accepted' | 'rejected';
  /** Why the file was refused. */
  readonly reason?: Violation;
  readonly rows: number;
  readonly accepted: number;
  readonly quarantined: number;
  readonly violations: readonly ViolationCount[];
  /** The first rejected rows, a violation each. */
  readonly examples: readonly (Violation & { readonly line: number | null })[];
  /** Columns of the file that the contract does not know. */
  readonly ignoredColumns: readonly string[];
  /** The rejected rows' key in the lake. */
  readonly quarantine?: string;
  readonly ms: number;
};

export function sourceVersion(dataset: Dataset, version: ObjectVersion): SourceVersion {
  return { source: version.key, etag: version.etag, contract: dataset.hash };
}

export async function readReport(
  lake: ObjectStore,
  dataset: Dataset,
  version: ObjectVersion,
): Promise<Report | undefined> {
  const bytes = await lake.read(reportKey(dataset.name, sourceVersion(dataset, version)));
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Report;
  } catch {
    // A report is a hint: a broken one counts for nothing, and the source is read again.
    return undefined;
  }
}

export async function writeReport(
  lake: ObjectStore,
  dataset: Dataset,
  version: ObjectVersion,
  report: Report,
): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`);
  await lake.write(reportKey(dataset.name, sourceVersion(dataset, version)), bytes);
}
