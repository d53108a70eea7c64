// Law 3 checked again, file by file: records in a source file = rows accepted + quarantined + skipped, each counted in places that
// do not know of each other: the log's tags, its statistics, the data files' own footers, the quarantine file and the report.
// Each of these files must also still be what was written.
import type { Dataset } from '../core/contract.ts';
import { recordCount } from '../delta/stats.ts';
import { inParallel } from '../in-parallel.ts';
import { type Report, readReportOf } from '../ingest/report.ts';
import type { Effects } from '../lake/effects.ts';
import { quarantineKey, reportKey, type SourceVersion } from '../lake/layout.ts';
import type { Share } from '../lake/shares.ts';
import { type Origin, readOrigin, roleOf } from '../lake/tags.ts';
import { expectedFile } from './data-files.ts';
import { type ExpectedFile, type ParquetRows, parquetRows } from './parquet-rows.ts';

export type SourceBalance = {
  readonly source: string;
  readonly etag: string;
  readonly contract: string;
  /** Records in the file, by its report; null without one. */
  readonly rows: number | null;
  readonly accepted: number;
  readonly quarantined: number;
  readonly skipped: number;
  /** The file is refused as a whole: nothing of it is in the table. */
  readonly rejected: boolean;
  /** Sentences; [] where everything adds up. */
  readonly problems: readonly string[];
};

/**
 * `live`: the files of the table at `prefix` by source. `others`: reports of present files that left no data file, those refused
 * as a whole among them.
 */
export async function balanceSources(
  effects: Effects,
  dataset: Dataset,
  prefix: string,
  live: ReadonlyMap<string, readonly Share[]>,
  others: readonly Report[],
): Promise<SourceBalance[]> {
  const claims = [
    ...[...live].map(([source, shares]) => liveClaim(source, prefix, shares)),
    ...others.map(reportClaim),
  ];
  const reports = new Map<Claim, Report | undefined>();
  await inParallel(claims, async (claim) => {
    reports.set(claim, await readReportOf(effects.lake, dataset.name, claim.version));
  });
  const quarantineOf = (claim: Claim) =>
    quarantineFile(dataset.name, claim.version, reports.get(claim)?.quarantineContent);
  const counted = await parquetRows(effects, [
    ...claims.flatMap((claim) => claim.files),
    ...claims.flatMap((claim) => (claim.quarantined > 0 ? [quarantineOf(claim)] : [])),
  ]);
  return claims.map((claim) => {
    const report = reports.get(claim);
    const { key } = quarantineOf(claim);
    const { version, accepted, quarantined, skipped, rejected } = claim;
    const problems = [
      ...claim.problems,
      ...dataProblems(claim, counted),
      ...(quarantined > 0 ? quarantineProblems(quarantined, counted.get(key), key) : []),
      ...reportProblems(claim, report, reportKey(dataset.name, version)),
    ];
    return { ...version, rows: report?.rows ?? null, accepted, quarantined, skipped, rejected, problems };
  });
}

export function quarantineFile(
  dataset: string,
  version: SourceVersion,
  content: string | undefined,
): ExpectedFile {
  return { key: quarantineKey(dataset, version), content };
}

/** `rows`: of the file at `key`, which is to have `quarantined`. */
export function quarantineProblems(
  quarantined: number,
  rows: ParquetRows | undefined,
  key: string,
): string[] {
  if (typeof rows !== 'number') return [`its quarantine file ${key} is ${rows ?? 'gone'}`];
  return rows === quarantined
    ? []
    : [`${quarantined} rows are said to be in quarantine, and ${key} has ${rows}`];
}

type ClaimedFile = ExpectedFile & { readonly rows: number; readonly own: number };

/** What the log, or a report alone, says of a source. */
type Claim = {
  readonly version: SourceVersion;
  readonly accepted: number;
  readonly quarantined: number;
  readonly skipped: number;
  /** By the statistics of its data files. */
  readonly recorded: number;
  /** The data files that its rows are in, with the rows that the log says of each and of its share. */
  readonly files: readonly ClaimedFile[];
  /** The digest of its report's facts, where the log has it. */
  readonly facts: string | undefined;
  readonly rejected: boolean;
  readonly problems: readonly string[];
};

function liveClaim(source: string, prefix: string, shares: readonly Share[]): Claim {
  const origins = shares.flatMap((share) => readOrigin(share) ?? []);
  const [first] = origins;
  const {
    etag = '',
    contract = '',
    acceptedRows: accepted = 0,
    quarantinedRows: quarantined = 0,
    skippedRows: skipped = 0,
  } = first ?? {};
  const isMixed = origins.some((origin) => first === undefined || !isSameVersion(origin, first));
  return {
    version: { source, etag, contract },
    accepted,
    quarantined,
    skipped,
    recorded: recordCount(shares),
    files: shares.map((share) => ({
      ...expectedFile(prefix, share.file),
      rows: recordCount([share.file]),
      own: recordCount([share]),
    })),
    facts: first?.report,
    rejected: shares.every((share) => roleOf(share) === 'refused'),
    problems: isMixed ? [`data files of more than one version of it are live in ${prefix}`] : [],
  };
}

function isSameVersion(a: Origin, b: Origin): boolean {
  return (
    a.etag === b.etag &&
    a.contract === b.contract &&
    a.acceptedRows === b.acceptedRows &&
    a.quarantinedRows === b.quarantinedRows &&
    a.skippedRows === b.skippedRows
  );
}

function reportClaim({ source, etag, contract, quarantined, skipped = 0, facts, outcome }: Report): Claim {
  return {
    version: { source, etag, contract },
    accepted: 0,
    quarantined,
    skipped,
    recorded: 0,
    files: [],
    facts,
    rejected: outcome === 'rejected',
    problems: [],
  };
}

function dataProblems(
  { files, accepted, recorded }: Claim,
  counted: ReadonlyMap<string, ParquetRows>,
): string[] {
  const broken = files.flatMap(({ key }) => {
    const rows = counted.get(key);
    return typeof rows === 'number' ? [] : [`its data file ${key} is ${rows ?? 'gone'}`];
  });
  // What a file has too many or too few is each of its sources' fault, as nobody can tell whose rows they are.
  const footers = files.reduce((sum, { key, rows, own }) => sum + Number(counted.get(key)) - rows + own, 0);
  return [
    ...broken,
    ...(accepted === recorded ? [] : [`the log says ${accepted} accepted rows, its statistics ${recorded}`]),
    ...(broken.length > 0 || accepted === footers
      ? []
      : [`the log says ${accepted} accepted rows, its data files have ${footers}`]),
  ];
}

function reportProblems(
  { accepted, quarantined, skipped, facts, rejected }: Claim,
  report: Report | undefined,
  key: string,
): string[] {
  if (report === undefined)
    return [
      `its report ${key} is gone or damaged, so the number of its records cannot be checked. "npx sluice rebuild" of the dataset reads its files again`,
    ];
  if (facts !== undefined && report.facts !== facts)
    return [`its report ${key} is not the one that the log names`];
  if (report.accepted !== accepted || report.quarantined !== quarantined)
    return [
      `the log says ${accepted} accepted and ${quarantined} quarantined rows, its report ${report.accepted} and ${report.quarantined}`,
    ];
  if ((report.skipped ?? 0) !== skipped)
    return [`the log says ${skipped} skipped records, its report ${report.skipped ?? 0}`];
  const made = accepted + quarantined + skipped;
  const skippedToo = skipped === 0 ? '' : ` and ${skipped} skipped`;
  // Of a file that is refused as a whole nothing is accepted, and not every record need be in quarantine.
  return rejected || report.rows === made
    ? []
    : [
        `it has ${report.rows} records, and ${accepted} accepted and ${quarantined} quarantined${skippedToo} rows make ${made}`,
      ];
}
