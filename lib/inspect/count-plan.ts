// Counts what a plan would do to rows and totals, by rehearsing it: the next sync's own code runs on a copy of the lake that ends
// with the plan (rehearsal.ts), and before and after are compared. Decides what is rehearsed and what is left out, and says so.
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { type Derivation, sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { CliError, LocationGoneError, TryAgainError } from '../errors.ts';
import { apply, refusedChanges } from '../evolve/apply.ts';
import { presentVersions } from '../evolve/convert-landing.ts';
import { rebuild } from '../evolve/rebuild.ts';
import { mapInParallel } from '../in-parallel.ts';
import { readReport } from '../ingest/report.ts';
import type { Effects } from '../lake/effects.ts';
import { type Reconciliation, reconcile } from '../maintain/reconcile.ts';
import { SqlError } from '../ports.ts';
import { loadInputs } from '../refresh/inputs.ts';
import { type RefreshOutcome, refresh } from '../refresh/refresh.ts';
import { messageOf, type TableFailure } from '../table-failures.ts';
import { type ContractCounts, contractCounts } from './contract-counts.ts';
import type { DefinitionPlan, PlannedChange } from './definition-plan.ts';
import { type MovedTotals, movedTotals } from './moved-totals.ts';
import { rehearse } from './rehearsal.ts';
import { type RehearsalObserver, rereadSources } from './reread-sources.ts';
import { readSource } from './source-change.ts';

export type CountedChange = PlannedChange & {
  /** Of a table of source files whose contract is new or changed. Of a broken or held table, here and below: after a rebuild. */
  readonly counts?: ContractCounts;
  /** Of a computed table. */
  readonly totals?: MovedTotals;
  /** Partitions that an audit would not let through: they keep their rows. */
  readonly heldPartitions?: RefreshOutcome['failed'];
  /** Why there are no counts, or what they lack. */
  readonly notCounted?: string;
};

export type CountedPlan = Omit<DefinitionPlan, 'changes'> & { readonly changes: readonly CountedChange[] };

export type CountOptions = {
  /** Of source files and data files together; tables that would go beyond it are not counted. */
  readonly maxBytes: number;
  readonly observer?: RehearsalObserver;
};

export async function countPlan(
  effects: Effects,
  plan: DefinitionPlan,
  { maxBytes, observer = {} }: CountOptions,
): Promise<CountedPlan> {
  const work = plan.changes.filter(({ change }) => WORK.includes(change));
  if (work.length === 0) return plan;
  return rehearse(effects, async (rehearsal) => {
    const count = new Count(rehearsal, work, maxBytes, observer);
    await count.run();
    return {
      ...plan,
      changes: plan.changes.map((change) => ({ ...change, ...count.found.get(change.table) })),
      failures: [...plan.failures, ...count.failures],
    };
  });
}

/** Of broken and held ones it is counted what a rebuild would do. */
const WORK: readonly PlannedChange['change'][] = ['added', 'changed', 'affected', 'broken', 'held'];

type Found = Pick<CountedChange, 'counts' | 'totals' | 'heldPartitions' | 'notCounted'>;

class Count {
  readonly found = new Map<string, Found>();
  readonly failures: TableFailure[] = [];
  readonly #rehearsal: Effects;
  readonly #observer: RehearsalObserver;
  readonly #bytes: ReadonlyMap<string, number>;
  readonly #before = new Map<string, Snapshot | undefined>();
  readonly #maxBytes: number;
  #datasets: readonly Dataset[];
  readonly #broken: readonly Dataset[];
  readonly #derivations: readonly Derivation[];
  #budget: number;

  constructor(
    rehearsal: Effects,
    work: readonly PlannedChange[],
    maxBytes: number,
    observer: RehearsalObserver,
  ) {
    const { datasets, derivations } = rehearsal.catalog;
    this.#bytes = new Map(work.map(({ table, bytes }) => [table, bytes ?? 0]));
    const isWork = (table: TableRef) => this.#bytes.has(tablePrefix(table));
    this.#rehearsal = rehearsal;
    this.#observer = observer;
    this.#maxBytes = maxBytes;
    this.#budget = maxBytes;
    const broken = new Set(work.flatMap(({ table, change }) => (change === 'broken' ? [table] : [])));
    const isBroken = (dataset: Dataset) => broken.has(tablePrefix(landingTable(dataset)));
    const touched = datasets.filter((dataset) => isWork(landingTable(dataset)));
    this.#datasets = touched.filter((dataset) => !isBroken(dataset));
    this.#broken = touched.filter(isBroken);
    this.#derivations = derivations.filter(({ target }) => isWork(target));
  }

  async run(): Promise<void> {
    for (const table of this.#bytes.keys())
      await this.#trying(table, async () => {
        this.#before.set(table, await this.#rehearsal.tables.latest(table));
      });
    this.#datasets = this.#datasets.filter((dataset) => {
      const table = tablePrefix(landingTable(dataset));
      return !this.found.has(table) && this.#affords(table, this.#bytes.get(table) ?? 0);
    });
    for (const dataset of this.#broken) {
      const table = tablePrefix(landingTable(dataset));
      if (!this.found.has(table)) await this.#trying(table, () => this.#rebuild(dataset, table));
    }
    await this.#apply();
    await this.#readAgain();
    for (const derivation of this.#derivations) {
      const table = tablePrefix(derivation.target);
      // Already set where its log cannot be read, or its definition not be applied.
      if (!this.found.has(table)) await this.#trying(table, () => this.#compute(derivation, table));
      this.#observer.counted?.(table);
    }
  }

  /** What `sluice rebuild --yes` would do, which is the way out that plan names. */
  async #rebuild(dataset: Dataset, table: string): Promise<void> {
    const effects = { ...this.#rehearsal, catalog: { ...this.#rehearsal.catalog, datasets: [dataset] } };
    const other = (await refusedChanges(effects)).refused.find(({ because }) => because !== 'contract');
    if (other !== undefined) {
      this.#leave(table, other.message);
      return;
    }
    const versions = [...(await presentVersions(this.#rehearsal, dataset)).values()];
    const size = versions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (!this.#affords(table, size)) return;
    await rebuild(this.#rehearsal, dataset, { dropLost: true }, this.#observer);
    const read = await mapInParallel(versions, (version) =>
      readReport(this.#rehearsal.lake, dataset, version),
    );
    const after = await this.#rehearsal.tables.latest(table);
    const reads = read.flatMap((report) => (report === undefined ? [] : [readSource(report)]));
    const comparison = { dataset, before: this.#before.get(table), after, reads };
    this.found.set(table, { counts: await contractCounts(this.#rehearsal, comparison) });
  }

  /** As the next sync begins, for the tables that are counted. */
  async #apply(): Promise<void> {
    const { refused, failed } = await apply(this.#narrowed(), this.#observer);
    for (const { dataset, message } of refused)
      for (const one of this.#datasets)
        if (one.name === dataset) this.#leave(tablePrefix(landingTable(one)), message);
    for (const { table, message } of failed) this.#leave(table, message);
  }

  async #readAgain(): Promise<void> {
    const open = () => this.#datasets.filter((one) => !this.found.has(tablePrefix(landingTable(one))));
    if (open().length === 0) return;
    const wanted = await reconcile({ ...this.#narrowed() }, {});
    this.#observer.planned?.({ files: wanted.ingest.length, tables: this.#derivations.length });
    for (const { table, message } of wanted.failed) this.#leave(table, message);
    for (const dataset of open()) {
      const table = tablePrefix(landingTable(dataset));
      await this.#trying(table, () => this.#readDataset(dataset, table, wanted));
    }
  }

  async #readDataset(dataset: Dataset, table: string, wanted: Reconciliation): Promise<void> {
    const { reads, failed } = await rereadSources(this.#rehearsal, dataset, wanted, this.#observer);
    const after = await this.#rehearsal.tables.latest(table);
    const before = this.#before.get(table);
    const counts = await contractCounts(this.#rehearsal, { dataset, before, after, reads });
    const [first, ...others] = failed;
    const more = others.length === 0 ? '' : ` (and ${others.length} more files)`;
    const notCounted = first && `${first.source} could not be read: ${first.message}${more}`;
    this.found.set(table, { counts, ...(notCounted === undefined ? {} : { notCounted }) });
  }

  async #compute(derivation: Derivation, table: string): Promise<void> {
    const missing = derivation.inputs
      .map(tablePrefix)
      .find((input) => this.found.has(input) && !this.#isWhole(input));
    if (missing !== undefined) {
      this.#leave(table, `it reads ${missing}, which is not counted`);
      return;
    }
    const before = this.#before.get(table);
    const inputs = await loadInputs(this.#rehearsal, derivation);
    const size = [before, ...inputs.map(({ snapshot }) => snapshot)].reduce(
      (sum, one) => sum + sizeOf(one),
      0,
    );
    if (!this.#affords(table, size)) return;
    const { failed } = await refresh(this.#rehearsal, derivation.target);
    const after = await this.#rehearsal.tables.latest(table);
    const totals = await movedTotals(this.#rehearsal, derivation, before, after);
    const partial = derivation.inputs.map(tablePrefix).find((input) => this.found.get(input)?.notCounted);
    this.found.set(table, {
      totals,
      ...(failed.length === 0 ? {} : { heldPartitions: failed }),
      ...(partial === undefined ? {} : { notCounted: `it reads ${partial}, which is not counted in full` }),
    });
  }

  /** True if what the table would hold is known. */
  #isWhole(table: string): boolean {
    const found = this.found.get(table);
    return found?.counts !== undefined || found?.totals !== undefined;
  }

  #affords(table: string, bytes: number): boolean {
    if (bytes > this.#budget) {
      const limit = Math.round(this.#maxBytes / 1_000_000);
      this.#leave(
        table,
        `to count it, ${megabytes(bytes)} MB would have to be read, and --count-limit lets ${limit} MB be read in all`,
      );
      return false;
    }
    this.#budget -= bytes;
    return true;
  }

  #leave(table: string, notCounted: string): void {
    if (!this.found.has(table)) this.found.set(table, { notCounted });
  }

  /** What one table cannot do stops no other. What is no foreseen state of a lake is a failure of the verb. */
  async #trying(table: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof LocationGoneError) throw error;
      const isForeseen = [CliError, TryAgainError, SqlError].some((kind) => error instanceof kind);
      this.#leave(table, messageOf(error));
      if (!isForeseen) this.failures.push({ table, message: messageOf(error) });
    }
  }

  /** Only what is counted is applied and looked for; names and landing keys mean what they mean in all of the catalogue. */
  #narrowed(): Effects {
    const { catalog } = this.#rehearsal;
    const derivations = catalog.derivations.filter(({ target }) =>
      this.#derivations.some((one) => sameTable(one.target, target)),
    );
    return { ...this.#rehearsal, catalog: { ...catalog, datasets: this.#datasets, derivations } };
  }
}

function sizeOf(snapshot: Snapshot | undefined): number {
  return [...(snapshot?.files.values() ?? [])].reduce((sum, { size }) => sum + size, 0);
}

function megabytes(bytes: number): string {
  return String(Math.ceil(bytes / 1_000_000));
}
