// What was refused of a dataset: a document for each of the newest files with refused rows, and their sum by rule.
import type { Dataset } from '../core/contract.ts';
import { shellWord } from '../core/shell-word.ts';
import { CUT, type RefusedRow, type Violation } from '../core/violation.ts';
import { CliError } from '../errors.ts';
import { mapInParallel } from '../in-parallel.ts';
import { digestOf, type Report, readReportOf } from '../ingest/report.ts';
import type { DatasetFiles } from '../inspect/dataset-files.ts';
import type { DatasetStatus } from '../inspect/dataset-status.ts';
import { readRefusedRows, type SourceRejects } from '../inspect/rejects.ts';
import { quarantineKey } from '../lake/layout.ts';
import type { Origin } from '../lake/tags.ts';
import { settledText } from '../maintain/settled-text.ts';
import { SqlError } from '../ports.ts';
import type {
  RefusedDocument,
  RefusedFile,
  RefusedRowText,
  RefusedRule,
  RefusedSummary,
} from './dataset-documents.ts';
import { settledByVersion, settledId } from './file-verdict.ts';
import type { Ref } from './page-values.ts';
import { isoTime } from './source-versions.ts';
import type { Writing } from './writing.ts';

/** A file with refused rows, or refused as a whole. `report`: already read; of a live file it is read where it is needed. */
export type Refusal = Omit<RefusedFile, 'refused'> & {
  readonly etag: string;
  readonly contract: string;
  readonly digest: string | null;
  readonly report?: Report;
};

export type WithDocument = Refusal & { readonly refused: Ref<RefusedDocument> };

/** Reports and quarantine files that are read, at most: of a file beyond it the page has the counts alone. */
const MAX_DOCUMENTS = 1000;
const MAX_FILES = 200;
const MAX_EXAMPLES = 20;
/** Longer than any row that somebody reads. */
const MAX_EXAMPLE_CHARACTERS = 100_000;
const MAX_RAW = 1000;
const MAX_RAW_CHARACTERS = 1_000_000;

/** The newest first, then by name. */
export function refusals(
  { sources, refused, empty }: DatasetFiles,
  settled: DatasetStatus['settled'],
): Refusal[] {
  const closed = settledByVersion(settled);
  const why = (outcome: Refusal['outcome'], source: string) => {
    const found = closed.get(settledId(outcome, source));
    return found ? settledText(found) : null;
  };
  const reports = [...refused, ...empty.filter(({ quarantined }) => quarantined > 0)];
  const reported = new Set(reports.map(({ source }) => source));
  const found: Refusal[] = reports.map((report) => ofReport(report, why(report.outcome, report.source)));
  for (const { source, origin } of sources) {
    if (origin === undefined || origin.quarantinedRows === 0 || reported.has(source)) continue;
    found.push(ofOrigin(origin, why('accepted', source)));
  }
  return found.sort((a, b) => order(b.lastModified, a.lastModified) || order(a.source, b.source));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function ofReport(report: Report, settled: string | null): Refusal {
  const { source, outcome, rows, quarantined, lastModified, etag, contract } = report;
  const digest = report.digest ?? digestOf(report);
  return {
    source,
    outcome,
    rows,
    refusedRows: quarantined,
    lastModified,
    settled,
    etag,
    contract,
    digest,
    report,
  };
}

function ofOrigin(origin: Origin, settled: string | null): Refusal {
  const { source, acceptedRows, quarantinedRows, skippedRows, etag, contract } = origin;
  return {
    source,
    outcome: 'accepted',
    rows: acceptedRows + quarantinedRows + skippedRows,
    refusedRows: quarantinedRows,
    lastModified: isoTime(origin.lastModifiedMs),
    settled,
    etag,
    contract,
    digest: origin.report ?? null,
  };
}

/** Of the newest ones, each with its document. */
export async function refusedDocuments(
  writing: Writing,
  dataset: Dataset,
  found: readonly Refusal[],
): Promise<WithDocument[]> {
  return mapInParallel(found.slice(0, MAX_DOCUMENTS), async (refusal) => {
    const { source, etag, contract, digest, outcome } = refusal;
    const { name, format } = dataset;
    const { options } = writing;
    const basis = { dataset: name, format, source, etag, contract, digest, outcome, options };
    const refused = await writing.site.wholeDocument('refused', basis, async () => {
      const document = await refusedDocument(writing, dataset, refusal);
      return { document, isWhole: document.missing === null };
    });
    return { ...refusal, refused };
  });
}

/** Of those that are open. Reads the reports of `documents`: only to be called where something changed. */
export async function refusedSummary(
  { effects }: Writing,
  dataset: Dataset,
  found: readonly Refusal[],
  documents: readonly WithDocument[],
): Promise<RefusedSummary> {
  const open = documents.filter(({ settled }) => settled === null);
  const rules = new Map<string, { field: string; rule: string; rows: number; files: number }>();
  const all = await mapInParallel(open, async (refusal) =>
    rulesOf(await rejectsOf(effects.lake, dataset, refusal)),
  );
  for (const { field, rule, rows } of all.flat()) {
    const id = JSON.stringify([field, rule]);
    const known = rules.get(id) ?? { field, rule, rows: 0, files: 0 };
    rules.set(id, known);
    known.rows += rows;
    known.files += 1;
  }
  return {
    byRule: [...rules.values()].sort(mostFrequent),
    ofFiles: open.length,
    files: documents
      .slice(0, MAX_FILES)
      .map(({ source, outcome, rows, refusedRows, lastModified, settled, refused }) => ({
        source,
        outcome,
        rows,
        refusedRows,
        lastModified,
        settled,
        refused,
      })),
    moreFiles: Math.max(0, found.length - MAX_FILES),
  };
}

function mostFrequent(a: RefusedRule, b: RefusedRule): number {
  return b.rows - a.rows || order(a.field, b.field) || order(a.rule, b.rule);
}

function rulesOf({
  reason,
  rows,
  violations,
}: SourceRejects): { field: string; rule: string; rows: number }[] {
  const whole = reason ? [{ field: reason.field, rule: reason.rule, rows }] : [];
  return [...whole, ...violations];
}

/** Without a report, as the log has it. */
async function rejectsOf(
  lake: Writing['effects']['lake'],
  { name }: Dataset,
  { source, etag, contract, outcome, rows, refusedRows, report }: Refusal,
): Promise<SourceRejects & Partial<Pick<Report, 'examples'>> & { readonly isUnknown?: true }> {
  const version = { source, etag, contract };
  const found = report ?? (await readReportOf(lake, name, version));
  return (
    found ?? {
      ...version,
      isUnknown: true,
      dataset: name,
      outcome,
      rows,
      accepted: rows - refusedRows,
      quarantined: refusedRows,
      violations: [],
      quarantine: quarantineKey(name, version),
    }
  );
}

async function refusedDocument(
  writing: Writing,
  dataset: Dataset,
  refusal: Refusal,
): Promise<RefusedDocument> {
  const { effects, options } = writing;
  const rejects = await rejectsOf(effects.lake, dataset, refusal);
  const { source, outcome, reason, rows, accepted, quarantined, header = null } = rejects;
  const { isRead, ...texts } = await refusedTexts(effects, rejects);
  return {
    dataset: dataset.name,
    source,
    outcome,
    reason: reason?.message ?? null,
    rows,
    accepted,
    refused: quarantined,
    byRule: rulesOf(rejects).map(({ field, rule, rows }) => ({ field, rule, rows })),
    ...texts,
    missing: missingText(rejects.isUnknown ?? false, isRead),
    header,
    correctedName: source,
    command: commandOf(dataset, source, rejects, options),
  };
}

function commandOf({ format }: Dataset, source: string, rejects: SourceRejects, options: string): string {
  const show = `npx sluice rejects ${shellWord(source)}`;
  if (rejects.quarantine === undefined) return `${show}${options}`;
  // Only a CSV file with a header of its own can be corrected as CSV.
  return format === 'csv' && rejects.header !== undefined
    ? `${show} --format csv${options} > corrected.csv`
    : `${show} --format json${options} > refused.json`;
}

function missingText(isUnknown: boolean, isRead: boolean): string | null {
  const lost = [
    ...(isUnknown ? ['the report on this file'] : []),
    ...(isRead ? [] : ['the text of its refused rows']),
  ];
  if (lost.length === 0) return null;
  return `In the lake ${lost.join(' and ')} ${lost.length === 1 ? 'is' : 'are'} gone or damaged: what is missing here cannot be told.`;
}

type Texts = Pick<RefusedDocument, 'examples' | 'raw' | 'moreRaw'> & { readonly isRead: boolean };

async function refusedTexts(
  effects: Writing['effects'],
  rejects: SourceRejects & Partial<Pick<Report, 'examples'>>,
): Promise<Texts> {
  const examples: RefusedRowText[] = [];
  const raw: string[] = [];
  let characters = 0;
  try {
    await readRefusedRows(effects, rejects, async (rows) => {
      for await (const row of rows) {
        if (examples.length < MAX_EXAMPLES) examples.push(rowText(row));
        characters += row.raw.length;
        if (raw.length === MAX_RAW || characters > MAX_RAW_CHARACTERS) break;
        raw.push(row.raw);
      }
    });
  } catch (error) {
    // The rows are gone or damaged, which certify tells; the report still has the first reasons.
    if (!(error instanceof CliError || error instanceof SqlError)) throw error;
    const reported = (rejects.examples ?? []).map(reportedText);
    return { examples: reported, raw: [], moreRaw: rejects.quarantined, isRead: rejects.quarantined === 0 };
  }
  return { examples, raw, moreRaw: Math.max(0, rejects.quarantined - raw.length), isRead: true };
}

function rowText({ line, path, raw, violations }: RefusedRow): RefusedRowText {
  const isLong = raw.length > MAX_EXAMPLE_CHARACTERS;
  return {
    line,
    path: path ?? null,
    raw: isLong ? `${raw.slice(0, MAX_EXAMPLE_CHARACTERS)}${CUT}` : raw,
    violations: violations.map(violationText),
  };
}

function reportedText({ line, path, ...violation }: Report['examples'][number]): RefusedRowText {
  return { line, path, raw: '', violations: [violationText(violation)] };
}

/** Its place is the row's. */
function violationText({ field, rule, value, message }: Violation): RefusedRowText['violations'][number] {
  return { field, rule, value, message };
}
