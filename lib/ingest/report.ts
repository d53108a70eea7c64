// The report on one version of a source file: a JSON document in the lake under files/.
import { createHash } from 'node:crypto';
import type { Dataset } from '../core/contract.ts';
import { canonicalJson } from '../core/definition-hash.ts';
import type { SkippedCount } from '../core/skip-rules.ts';
import type { Violation } from '../core/violation.ts';
import { jsonBytes, parseJsonObject } from '../json-object.ts';
import type { Former, Unmatched } from '../lake/delivery.ts';
import { reportKey, type SourceVersion } from '../lake/layout.ts';
import type { ObjectStore, ObjectVersion } from '../ports.ts';
import type { MemberCount } from './member-counts.ts';
import type { ColumnRemarks } from './odd-columns.ts';
import type { Example, ViolationCount } from './quarantine.ts';
import type { Timings } from './stopwatch.ts';

/** The results of reading the file. */
export type Findings = ColumnRemarks & {
  /** `rejected`: the whole file was refused, and the table keeps the source's previous rows. */
  readonly outcome: 'accepted' | 'rejected';
  /** Why the file was refused. */
  readonly reason?: Violation;
  /** Records in the file; 0 if it was refused before they could be counted. */
  readonly rows: number;
  readonly accepted: number;
  /** Accepted rows of an upsert that are not current, as another row of the file has their key; absent for none. */
  readonly superseded?: number;
  /** Rows that break the contract. */
  readonly quarantined: number;
  /** Records that the contract skips, and by which rule; absent where there is none. rows = accepted + quarantined + skipped. */
  readonly skipped?: number;
  readonly skippedBy?: readonly SkippedCount[];
  /** By field and rule. */
  readonly violations: readonly ViolationCount[];
  /** The first twenty. */
  readonly examples: readonly Example[];
  /** Columns of the file that the contract does not know. */
  readonly ignoredColumns: readonly string[];
  /** Optional columns that the file lacks; absent in reports of older versions of Sluice. */
  readonly missingColumns?: readonly string[];
  /** Columns that do not fit: see unmatchedLabels. */
  readonly unmatched?: Unmatched;
  /** Of the file's text: see TEXT in tags.ts. */
  readonly text?: string;
  /** The quarantined rows' key in the lake, and the hash of the file's bytes. */
  readonly quarantine?: string;
  readonly quarantineContent?: string;
  /** The files in an archive, in the order in which they were read; absent for any other file. */
  readonly members?: readonly MemberCount[];
  /** Of a CSV file with quarantined rows: its text up to its first record, line ends included. */
  readonly header?: string;
};

export type Report = Findings & {
  /** The delivery that this one replaced, if that had more than twice as many rows. */
  readonly former?: Former;
  readonly source: string;
  readonly dataset: string;
  readonly etag: string;
  readonly lastModified: string;
  readonly sizeBytes: number;
  readonly contract: string;
  /** The version was taken for a marker of deliveries, of which nothing is read; absent for a file that was read as data. */
  readonly readAs?: 'marker';
  /** Hash of everything that two attempts at this version have in common; the log names it. */
  readonly facts?: string;
  /** From the first byte to the last upload. */
  readonly ms: number;
  readonly timings: Timings;
  /** Hash of the whole report. Absent in reports of older versions of Sluice. */
  readonly digest?: string;
};

/** What every attempt at this version finds; excludes the table's previous state. */
export type Facts = Omit<Report, 'facts' | 'former' | 'ms' | 'timings' | 'digest'>;

/** 32 hex digits, equal for equal values. */
export function digestOf(value: object): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 32);
}

/** The same bytes may get another time and still be the same version. */
export function factsDigest(facts: Facts): string {
  return digestOf({ ...facts, lastModified: undefined });
}

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

/** Reports of any version, under any contract. */
export async function readReportOf(
  lake: ObjectStore,
  dataset: string,
  version: SourceVersion,
): Promise<Report | undefined> {
  return parseReport(await lake.read(reportKey(dataset, version)));
}

/** Undefined for a damaged one: a report is only a hint, so it is ignored and the source is read again. */
export function parseReport(bytes: Uint8Array | undefined): Report | undefined {
  const report = parseJsonObject<Report>(bytes);
  if (report === undefined) return undefined;
  const { digest, ...digested } = report;
  // A report with facts always has a digest: if it is missing, a bit of the property's name may have flipped.
  if (digest === undefined) return report.facts === undefined ? report : undefined;
  return digestOf(digested) === digest ? report : undefined;
}

export async function writeReport(
  lake: ObjectStore,
  dataset: Dataset,
  version: ObjectVersion,
  report: Report,
): Promise<void> {
  await storeReport(lake, reportKey(dataset.name, sourceVersion(dataset, version)), report);
}

/** Replaces an earlier one of the same version under the same contract. */
export async function replaceReport(lake: ObjectStore, report: Report): Promise<void> {
  await storeReport(lake, reportKey(report.dataset, report), report);
}

async function storeReport(lake: ObjectStore, key: string, report: Report): Promise<void> {
  const { digest: _, ...plain } = report;
  const sealed = { ...plain, digest: digestOf(plain) };
  await lake.write(key, jsonBytes(sealed, 2));
}
