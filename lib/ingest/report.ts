// What became of one version of a source file: the JSON document that stands in the lake under files/.
import type { Dataset } from '../core/contract.ts';
import { reportKey, type SourceVersion } from '../core/layout.ts';
import type { Violation } from '../core/violation.ts';
import type { ObjectStore, ObjectVersion } from '../ports.ts';
import type { Example, ViolationCount } from './quarantine.ts';
import type { Timings } from './stopwatch.ts';

/** What reading the file brought to light. */
export type Findings = {
  /** `rejected`: the file as a whole was refused, and what the table held of this source before stays. */
  readonly outcome: 'accepted' | 'rejected';
  /** Why the file was refused. */
  readonly reason?: Violation;
  /** Records in the file; 0 where it was refused before they could be counted. */
  readonly rows: number;
  readonly accepted: number;
  /** Rows that break the contract. */
  readonly quarantined: number;
  /** By field and rule. */
  readonly violations: readonly ViolationCount[];
  /** The first twenty. */
  readonly examples: readonly Example[];
  /** Columns of the file that the contract does not know. */
  readonly ignoredColumns: readonly string[];
  /** The quarantined rows' key in the lake. */
  readonly quarantine?: string;
  /** Of a CSV file with quarantined rows: its text up to its first record, line ends included. */
  readonly header?: string;
};

export type Report = Findings & {
  readonly source: string;
  readonly dataset: string;
  readonly etag: string;
  readonly lastModified: string;
  readonly sizeBytes: number;
  readonly contract: string;
  /** From the first byte to the last upload. */
  readonly ms: number;
  readonly timings: Timings;
};

export function sourceVersion(dataset: Dataset, version: ObjectVersion): SourceVersion {
  return { source: version.key, etag: version.etag, contract: dataset.hash };
}

export function readReport(
  lake: ObjectStore,
  dataset: Dataset,
  version: ObjectVersion,
): Promise<Report | undefined> {
  return readReportOf(lake, dataset.name, sourceVersion(dataset, version));
}

/** Of any version, under any contract. */
export async function readReportOf(
  lake: ObjectStore,
  dataset: string,
  version: SourceVersion,
): Promise<Report | undefined> {
  const bytes = await lake.read(reportKey(dataset, version));
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
