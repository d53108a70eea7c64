// What was refused, from the reports and the quarantine files: by file, and row by row. Writes nothing.
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import type { RefusedRow, Violation } from '../core/violation.ts';
import { CliError } from '../errors.ts';
import { type Findings, readReport, readReportOf } from '../ingest/report.ts';
import { isLive } from '../ingest/settled.ts';
import { deliveryOf } from '../lake/deliveries.ts';
import type { Effects } from '../lake/effects.ts';
import { takeCensus } from '../lake/landing-census.ts';
import { quarantineKey } from '../lake/layout.ts';
import { landedShares } from '../lake/live-shares.ts';
import type { LiveShares, Share } from '../lake/shares.ts';
import { type Origin, readOrigin, roleOf } from '../lake/tags.ts';
import { type Settled, Settling } from '../maintain/settling.ts';
import type { ObjectVersion, SqlSession } from '../ports.ts';
import { readParquet } from '../sql/quoting.ts';
import { goingOn, type TableFailure } from '../table-failures.ts';

export type SourceRejects = Omit<Findings, 'examples' | 'ignoredColumns'> & {
  readonly source: string;
  readonly dataset: string;
  readonly etag: string;
  readonly contract: string;
  /** Of a file that was refused as a whole and has no older rows: the delivery that does not count because of it. */
  readonly delivery?: Readonly<Record<string, string>>;
  /** Absent while it is open. */
  readonly settled?: Settled;
};

/**
 * The sources with refused rows, and those refused as a whole, in their present version or, until it is read, in the one
 * before; open and settled ones. `failures`: gets the tables that cannot be read; their sources are missing.
 */
export async function* findRejects(
  effects: Effects,
  dataset: string | undefined,
  failures: TableFailure[],
): AsyncIterable<SourceRejects> {
  const live = new Map<Dataset, LiveShares>();
  for (const candidate of effects.catalog.datasets)
    if (dataset === undefined || dataset === candidate.name)
      await goingOn(failures, tablePrefix(landingTable(candidate)), async () => {
        live.set(candidate, await landedShares(effects.tables, candidate));
      });
  const settling = await Settling.of(effects);
  const present = new Set<string>();
  for (const { version, claims } of (await takeCensus(effects)).objects) {
    const [claim] = claims;
    const sources = claim && live.get(claim);
    if (claim === undefined || sources === undefined) continue;
    present.add(version.key);
    const found = await rejectsOf(effects, claim, version, sources.get(version.key) ?? []);
    if (found) yield await settling.settled(claim, sources, found);
  }
  // Kept on purpose, vanished, or in a landing that is not at hand.
  for (const [claim, sources] of live)
    for (const [source, shares] of sources) {
      if (present.has(source) && effects.catalog.claims(source)[0] === claim) continue;
      const found = await liveRejects(effects, claim, shares);
      if (found) yield await settling.settled(claim, sources, found);
    }
}

export type SourceState = 'absent' | 'unmatched' | 'aside' | 'clean' | SourceRejects;

/** `unmatched`: in landing, and no dataset takes it. `aside`: it may belong to a definition that was set aside. */
export async function sourceRejects(effects: Effects, source: string): Promise<SourceState> {
  const version = await effects.landing.head(source);
  const settling = await Settling.of(effects);
  for (const dataset of effects.catalog.datasets) {
    const live = await landedShares(effects.tables, dataset);
    const shares = live.get(source) ?? [];
    const claims = effects.catalog.claims(source)[0] === dataset;
    if (shares.length === 0 && !(claims && version)) continue;
    const found =
      claims && version
        ? await rejectsOf(effects, dataset, version, shares)
        : await liveRejects(effects, dataset, shares);
    return found ? settling.settled(dataset, live, found) : 'clean';
  }
  if (effects.catalog.asideOf(source)) return 'aside';
  return version ? 'unmatched' : 'absent';
}

async function rejectsOf(
  effects: Effects,
  dataset: Dataset,
  version: ObjectVersion,
  shares: readonly Share[],
): Promise<SourceRejects | undefined> {
  if (isLive(dataset, shares, version)) return liveRejects(effects, dataset, shares);
  const report = await readReport(effects.lake, dataset, version);
  if (report === undefined) return liveRejects(effects, dataset, shares);
  if (report.outcome !== 'rejected') return report.quarantined > 0 ? report : undefined;
  const hasRows = shares.some((share) => roleOf(share) === undefined);
  const delivery = hasRows ? undefined : deliveryOf(dataset, version.key);
  return delivery === undefined ? report : { ...report, delivery };
}

/** The log knows how many rows are in quarantine: of a file without any no report is read. */
async function liveRejects(
  { lake }: Effects,
  dataset: Dataset,
  [share]: readonly Share[],
): Promise<SourceRejects | undefined> {
  const origin = share && readOrigin(share);
  if (origin === undefined || origin.quarantinedRows === 0) return undefined;
  return (await readReportOf(lake, dataset.name, origin)) ?? withoutReport(dataset, origin);
}

function withoutReport({ name }: Dataset, origin: Origin): SourceRejects {
  const { source, acceptedRows, quarantinedRows, skippedRows } = origin;
  return {
    source,
    dataset: name,
    etag: origin.etag,
    contract: origin.contract,
    outcome: 'accepted',
    rows: acceptedRows + quarantinedRows + skippedRows,
    accepted: acceptedRows,
    quarantined: quarantinedRows,
    ...(skippedRows === 0 ? {} : { skipped: skippedRows }),
    violations: [],
    quarantine: quarantineKey(name, origin),
  };
}

/** The rows in the file's order, in chunks. Throws CliError where the quarantine file is gone. */
export async function readRefusedRows(
  { lake, sql }: Effects,
  { source, quarantine }: SourceRejects,
  work: (rows: AsyncIterable<RefusedRow>) => Promise<void>,
): Promise<void> {
  if (quarantine === undefined) return work(none());
  const file = await lake.download(quarantine);
  if (file === undefined)
    throw new CliError(
      `the quarantine file of ${source} is gone: ${lake.location}/${quarantine}. "npx sluice validate" with the source file shows its rows again`,
    );
  try {
    await sql.session((session) => work(storedRows(session, file.path)));
  } finally {
    await file.release();
  }
}

async function* none(): AsyncIterable<RefusedRow> {}

type Stored = { line: number | null; path?: string | null; raw: string; violations: readonly Violation[] };

async function* storedRows(session: SqlSession, path: string): AsyncIterable<RefusedRow> {
  const sql = `SELECT * FROM ${readParquet(path)} ORDER BY file_row_number`;
  for await (const rows of session.stream<Stored>(sql)) yield* rows;
}
