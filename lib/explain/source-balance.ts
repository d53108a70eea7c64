// Law 3 checked again, file by file: records in a source file = rows accepted + rows quarantined, each counted in places that
// do not know of each other: the log's tags, its statistics, the data files' own footers, the quarantine file and the report.
import type { Dataset } from '../core/contract.ts';
import { quarantineKey, reportKey, type SourceVersion } from '../core/layout.ts';
import { type Origin, readOrigin } from '../core/tags.ts';
import type { Add } from '../delta/actions.ts';
import { objectKey } from '../delta/partitions.ts';
import { recordCount } from '../delta/stats.ts';
import type { Effects } from '../effects.ts';
import { inParallel } from '../in-parallel.ts';
import type { Report } from '../ingest/report.ts';
import type { ObjectStore } from '../ports.ts';
import { type ParquetRows, parquetRows } from './parquet-rows.ts';

export type SourceBalance = {
  readonly source: string;
  readonly etag: string;
  readonly contract: string;
  /** Records in the file, by its report; null without one. */
  readonly rows: number | null;
  readonly accepted: number;
  readonly quarantined: number;
  /** Sentences; [] where everything adds up. */
  readonly problems: readonly string[];
};

/** `live`: the files of the table at `prefix` by source. `empty`: reports of present files that left no data file. */
export async function balanceSources(
  effects: Effects,
  dataset: Dataset,
  prefix: string,
  live: ReadonlyMap<string, readonly Add[]>,
  empty: readonly Report[],
): Promise<SourceBalance[]> {
  const claims = [
    ...[...live].map(([source, adds]) => liveClaim(source, prefix, adds)),
    ...empty.map(emptyClaim),
  ];
  const reports = new Map<Claim, Report | undefined>();
  await inParallel(claims, async (claim) => {
    reports.set(claim, await readStored(effects.lake, reportKey(dataset.name, claim.version)));
  });
  const quarantineOf = (claim: Claim) => quarantineKey(dataset.name, claim.version);
  const counted = await parquetRows(effects, [
    ...claims.flatMap((claim) => claim.keys),
    ...claims.flatMap((claim) => (claim.quarantined > 0 ? [quarantineOf(claim)] : [])),
  ]);
  return claims.map((claim) => balance(claim, reports.get(claim), counted, quarantineOf(claim)));
}

/** What the log, or a report alone, says of a source. */
type Claim = {
  readonly version: SourceVersion;
  readonly accepted: number;
  readonly quarantined: number;
  /** By the statistics of its data files. */
  readonly recorded: number;
  /** Its data files. */
  readonly keys: readonly string[];
  readonly problems: readonly string[];
};

function liveClaim(source: string, prefix: string, adds: readonly Add[]): Claim {
  const origins = adds.flatMap((add) => readOrigin(add) ?? []);
  const [first] = origins;
  const {
    etag = '',
    contract = '',
    acceptedRows: accepted = 0,
    quarantinedRows: quarantined = 0,
  } = first ?? {};
  const isMixed = origins.some((origin) => first === undefined || !isSameVersion(origin, first));
  return {
    version: { source, etag, contract },
    accepted,
    quarantined,
    recorded: recordCount(adds),
    keys: adds.map((add) => objectKey(prefix, add.path)),
    problems: isMixed ? [`data files of more than one version of it are live in ${prefix}`] : [],
  };
}

function isSameVersion(a: Origin, b: Origin): boolean {
  return (
    a.etag === b.etag &&
    a.contract === b.contract &&
    a.acceptedRows === b.acceptedRows &&
    a.quarantinedRows === b.quarantinedRows
  );
}

function emptyClaim({ source, etag, contract, quarantined }: Report): Claim {
  return {
    version: { source, etag, contract },
    accepted: 0,
    quarantined,
    recorded: 0,
    keys: [],
    problems: [],
  };
}

async function readStored(lake: ObjectStore, key: string): Promise<Report | undefined> {
  const bytes = await lake.read(key);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Report;
  } catch {
    return undefined;
  }
}

function balance(
  claim: Claim,
  report: Report | undefined,
  counted: ReadonlyMap<string, ParquetRows>,
  quarantine: string,
): SourceBalance {
  const { version, accepted, quarantined } = claim;
  const problems = [
    ...claim.problems,
    ...dataProblems(claim, counted),
    ...(quarantined > 0 ? quarantineProblems(quarantined, counted.get(quarantine), quarantine) : []),
    ...reportProblems(claim, report),
  ];
  return { ...version, rows: report?.rows ?? null, accepted, quarantined, problems };
}

function dataProblems(
  { keys, accepted, recorded }: Claim,
  counted: ReadonlyMap<string, ParquetRows>,
): string[] {
  const broken = keys.flatMap((key) => {
    const rows = counted.get(key);
    return typeof rows === 'number' ? [] : [`its data file ${key} is ${rows ?? 'gone'}`];
  });
  const footers = keys.reduce((sum, key) => sum + Number(counted.get(key)), 0);
  return [
    ...broken,
    ...(accepted === recorded ? [] : [`the log says ${accepted} accepted rows, its statistics ${recorded}`]),
    ...(broken.length > 0 || accepted === footers
      ? []
      : [`the log says ${accepted} accepted rows, its data files have ${footers}`]),
  ];
}

function quarantineProblems(quarantined: number, rows: ParquetRows | undefined, key: string): string[] {
  if (typeof rows !== 'number') return [`its quarantine file ${key} is ${rows ?? 'gone'}`];
  return rows === quarantined ? [] : [`the log says ${quarantined} quarantined rows, ${key} has ${rows}`];
}

function reportProblems({ accepted, quarantined }: Claim, report: Report | undefined): string[] {
  if (report === undefined)
    return ['its report is gone or unreadable, so the number of its records cannot be checked'];
  if (report.accepted !== accepted || report.quarantined !== quarantined)
    return [
      `the log says ${accepted} accepted and ${quarantined} quarantined rows, its report ${report.accepted} and ${report.quarantined}`,
    ];
  return report.rows === accepted + quarantined
    ? []
    : [
        `it has ${report.rows} records, and ${accepted} accepted and ${quarantined} quarantined rows make ${accepted + quarantined}`,
      ];
}
