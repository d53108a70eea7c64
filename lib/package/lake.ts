// A lake for programs: finds it as the command line does, and offers each use case as a method. The use cases decide everything.
import { isDay } from '../core/date-format.ts';
import type { TableRef } from '../core/insight.ts';
import { CliError, UsageError } from '../errors.ts';
import { type Certificate, certifyLake } from '../inspect/certify-lake.ts';
import { type CountedPlan, countPlan } from '../inspect/count-plan.ts';
import { planDefinitions } from '../inspect/definition-plan.ts';
import { findTable, lookFor, requireDataset } from '../inspect/find-table.ts';
import { tableHistory, type VersionHistory } from '../inspect/history.ts';
import { type LakeStatus, lakeStatus } from '../inspect/lake-status.ts';
import { withViews } from '../inspect/lake-views.ts';
import { queryError } from '../inspect/query-errors.ts';
import { readQuery } from '../inspect/read-query.ts';
import { readTableLog } from '../inspect/read-table-log.ts';
import { tablesOf } from '../inspect/readable-tables.ts';
import type { Receipt } from '../inspect/receipt.ts';
import { receiptAsOf } from '../inspect/receipt-as-of.ts';
import { findRejects, type SourceRejects } from '../inspect/rejects.ts';
import { type AsOf, parseAsOf } from '../lake/as-of.ts';
import { findConfig } from '../local/config.ts';
import { refuseForeignDefault, refuseOverlap, requireLake, requireLanding } from '../local/locations.ts';
import { type LakeLocations, type LocalLake, openLake as openLocal } from '../local/open-lake.ts';
import { settingsFrom } from '../local/settings.ts';
import { type SyncResult, syncLake } from '../local/sync-lake.ts';
import { type Log, type Row, SqlError, type SqlSession } from '../ports.ts';
import type { TableFailure } from '../table-failures.ts';

export type LakeOptions = {
  /** A folder, or s3://bucket/prefix. Default: `$SLUICE_LANDING`, else `landing` in sluice.yaml, else `.lake/landing`. */
  readonly landing?: string;
  /** A folder, or s3://bucket/prefix. Default: `$SLUICE_LAKE`, else `lake` in sluice.yaml, else `.lake/lake`. */
  readonly lake?: string;
  /** The folder of the packages. Default: `$SLUICE_SCHEMAS`, else `schemas` in sluice.yaml, else `schemas`. */
  readonly schemas?: string;
  /** Where sluice.yaml is looked for, upwards. Default: the process's current folder. */
  readonly folder?: string;
  /** DuckDB's memory limit, in MB. Default: 80 % of the machine's memory. */
  readonly memoryLimitMb?: number;
  /** Gets every event. Default: they are dropped. */
  readonly log?: Log;
};

export type SyncChoice = {
  readonly dataset?: string;
  /** Days, YYYY-MM-DD. */
  readonly from?: string;
  readonly to?: string;
  /** Landing keys: landing is not listed. */
  readonly keys?: readonly string[];
  /** Withdraws the rows of source files that are no longer in landing. */
  readonly prune?: boolean;
  /** Lets `prune` withdraw more than half of a dataset. */
  readonly allowMassWithdrawal?: boolean;
};

export type TableChoice = {
  /** A version of the table, or a time in ISO 8601. */
  readonly asOf?: string;
  /** Partition values as text: `{ year: '2024' }`. */
  readonly partition?: Readonly<Record<string, string>>;
};

/**
 * Opens a lake; close it when done. `query` and `history` need the lake alone; the other methods throw CliError where there are no
 * definitions, and those that look at landing UsageError where only one of landing and the lake was chosen, and is in S3. Throws
 * CliError if landing and the lake overlap.
 */
export async function openLake(options: LakeOptions = {}): Promise<Lake> {
  const { folder = process.cwd(), log = () => {}, memoryLimitMb } = options;
  const settings = settingsFrom(process.env, await findConfig(folder));
  const locationOf = (name: keyof LakeLocations) => options[name] ?? settings.get(name)?.value ?? '';
  const locations: LakeLocations = {
    landing: locationOf('landing'),
    lake: locationOf('lake'),
    schemas: locationOf('schemas'),
  };
  await refuseOverlap(locations);
  const memory = memoryLimitMb === undefined ? {} : { memoryLimitMb };
  const local = await openLocal(locations, log, { definitions: 'wanted', ...memory });
  const isChosen = (name: keyof LakeLocations) =>
    options[name] !== undefined || settings.get(name)?.by !== undefined;
  return new Lake(local, locations, () => refuseForeignDefault(locations, isChosen, (name) => name));
}

export class Lake {
  readonly locations: LakeLocations;
  private readonly local: LocalLake;

  /** Throws UsageError where landing and the lake do not belong together. */
  private readonly requireMatching: () => void;

  constructor(local: LocalLake, locations: LakeLocations, requireMatching: () => void) {
    this.local = local;
    this.locations = locations;
    this.requireMatching = requireMatching;
  }

  /** Brings the lake in line with landing, once, as `sluice sync`. Throws CliError if landing is missing. */
  async sync(choice: SyncChoice = {}): Promise<SyncResult> {
    this.requireMatching();
    this.requireDefinitions();
    await requireLanding(this.locations);
    const { dataset, from, to, keys, prune = false, allowMassWithdrawal = false } = choice;
    requireDays({ from, to });
    if (dataset !== undefined) requireDataset(this.local.effects.catalog, dataset);
    const selection = {
      ...(dataset === undefined ? {} : { dataset }),
      ...(from === undefined && to === undefined ? {} : { range: { from, to } }),
      ...(keys === undefined ? {} : { keys }),
    };
    return syncLake(this.local, { selection, prune, allowMassWithdrawal });
  }

  /** All rows of one SELECT in DuckDB's SQL. `asOf`: a version or a time. Throws CliError where DuckDB refuses the query. */
  async query(sql: string, { asOf }: Pick<TableChoice, 'asOf'> = {}): Promise<Row[]> {
    await requireLake(this.locations);
    const { effects } = this.local;
    const reads = await effects.sql.session((session) => readQuery(session, sql));
    const tables = reads === undefined ? [] : await tablesOf(effects, effects.catalog, reads);
    const at = { asOf: asOf === undefined ? undefined : requireAsOf(asOf) };
    const answer = async (session: SqlSession, missing: readonly TableRef[]) => {
      try {
        return await session.rows(sql);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        throw await queryError({ effects, session, sql, asOf: at.asOf, missing }, error);
      }
    };
    return withViews(effects, tables, answer, { ...at, sql });
  }

  /** What the lake holds, how current it is, and what needs attention. */
  async status(): Promise<LakeStatus> {
    this.requireMatching();
    this.requireDefinitions();
    await requireLake(this.locations);
    return lakeStatus(this.local.effects);
  }

  /** The proof that every landing object and every row is accounted for. `recount`: reads each file in landing. */
  async certify({
    dataset,
    recount = false,
  }: {
    dataset?: string;
    recount?: boolean;
  } = {}): Promise<Certificate> {
    this.requireMatching();
    this.requireDefinitions();
    await requireLanding(this.locations);
    await requireLake(this.locations);
    const { effects } = this.local;
    const only = dataset === undefined ? {} : { only: requireDataset(effects.catalog, dataset) };
    return certifyLake(effects, { ...only, recount });
  }

  /**
   * The effect of changed contracts and SQL on the lake, with the rows and totals that would change. Changes nothing. `countLimitMb`:
   * of source files and data files that are read for the counts; 0 counts nothing.
   */
  async plan({ countLimitMb = 1000 }: { countLimitMb?: number } = {}): Promise<CountedPlan> {
    this.requireMatching();
    this.requireDefinitions();
    await requireLanding(this.locations);
    const { effects } = this.local;
    const found = await planDefinitions(effects);
    return countLimitMb === 0 ? found : countPlan(effects, found, { maxBytes: countLimitMb * 1_000_000 });
  }

  /** The versions of a table or insight, newest first. Throws UsageError on an unknown name. */
  async history(table: string): Promise<VersionHistory[]> {
    await requireLake(this.locations);
    const { effects } = this.local;
    const { found } = await lookFor(effects, table, (prefix) => readTableLog(effects.tables, prefix));
    return tableHistory(found);
  }

  /** From which source files, contracts and SQL a table's numbers were computed. Throws UsageError on an unknown name. */
  async explain(table: string, { asOf, partition = {} }: TableChoice = {}): Promise<Receipt> {
    this.requireDefinitions();
    await requireLake(this.locations);
    const { effects } = this.local;
    const found = await findTable(effects, table);
    const at = asOf === undefined ? undefined : requireAsOf(asOf);
    const words = Object.entries(partition).map(([column, value]) => `${column}=${value}`);
    return (await receiptAsOf(effects, found, at, words)).receipt;
  }

  /** The source files of which rows, or all, were refused; `failures`: tables that cannot be read, whose files are missing. */
  async rejects({ dataset }: { dataset?: string } = {}): Promise<{
    readonly sources: readonly SourceRejects[];
    readonly failures: readonly TableFailure[];
  }> {
    this.requireMatching();
    this.requireDefinitions();
    await requireLake(this.locations);
    if (dataset !== undefined) requireDataset(this.local.effects.catalog, dataset);
    const failures: TableFailure[] = [];
    const sources: SourceRejects[] = [];
    for await (const one of findRejects(this.local.effects, dataset, failures)) sources.push(one);
    return { sources, failures };
  }

  /** Without them a lake would look as if nothing belonged to it. */
  private requireDefinitions(): void {
    if (this.local.definitions.length > 0) return;
    throw new CliError(
      `There are no definitions in ${this.locations.schemas}: pass the folder that holds your packages as schemas, or set it in sluice.yaml.`,
    );
  }

  /** Ends DuckDB and removes temporary files. */
  async close(): Promise<void> {
    await this.local.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function requireAsOf(text: string): AsOf {
  const asOf = parseAsOf(text);
  if (asOf !== undefined) return asOf;
  throw new UsageError(
    `asOf ${JSON.stringify(text)} is neither a version nor a time: write 12, 2024-01-31 or 2024-01-31T10:00:00Z`,
  );
}

/** Days are compared as texts. Throws UsageError. */
function requireDays(range: Readonly<Record<string, string | undefined>>): void {
  for (const [name, day] of Object.entries(range))
    if (day !== undefined && !isDay(day))
      throw new UsageError(`${name} ${JSON.stringify(day)} is not a valid date: write YYYY-MM-DD`);
}
