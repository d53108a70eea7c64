// Laws 1, 2 and 9 where others had their hands in the lake: tables restored from backups, entries lost, commits of other
// programs, between any steps of a history and under warm processes. What is wrong is said, and one sync puts it right.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { landingTable } from '../../lib/core/catalog.ts';
import { tablePrefix } from '../../lib/core/insight.ts';
import { CliError, CorruptionError, TryAgainError } from '../../lib/errors.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { tableHistory, type VersionHistory } from '../../lib/inspect/history.ts';
import { TableLogs } from '../../lib/inspect/read-table-log.ts';
import { recentHistory } from '../../lib/inspect/recent-history.ts';
import { TableLog } from '../../lib/inspect/table-log.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { FOREIGN_OPERATIONS, type ForeignOperation, writeForeign } from '../support/foreign-writer.ts';
import { compactAll } from '../support/play-history.ts';
import { expectSameOfParts } from '../support/same-parts.ts';
import { firstFile, type Step, step } from '../support/shop-history.ts';
import {
  newStore,
  openProcess,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { type Backup, backUp, loseNewestEntry, restore } from '../support/store-copy.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

type OtherStep =
  | { readonly kind: 'back up' | 'restore' | 'lose entry'; readonly table: number }
  | {
      readonly kind: 'foreign';
      readonly table: number;
      readonly operation: ForeignOperation;
      readonly nth: number;
    };

/** Of source files more often than the others: from there a fault spreads. */
const table = fc.oneof(fc.nat(2), fc.nat(20));
const foreign: fc.Arbitrary<OtherStep> = fc.record({
  kind: fc.constant('foreign' as const),
  table,
  operation: fc.constantFrom(...FOREIGN_OPERATIONS),
  nth: fc.nat(5),
});
const lost: fc.Arbitrary<OtherStep> = fc.record({ kind: fc.constant('lose entry' as const), table });
/** A backup, what happens after it, and the return to it. */
const restored = (ours: fc.Arbitrary<Step[]>) =>
  fc
    .tuple(table, ours, ours)
    .map(([of, between, after]): (Step | OtherStep)[] => [
      { kind: 'back up', table: of },
      ...between,
      { kind: 'restore', table: of },
      ...after,
    ]);

/** Tables that have rows, of all landing files there are; then others' hands between the steps of the landing folder's life. */
const steps = fc
  .tuple(
    fc.array(firstFile, { minLength: 4, maxLength: 8 }),
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: restored(fc.array(step, { minLength: 1, maxLength: 6 })) },
        { weight: 4, arbitrary: foreign.map((one) => [one]) },
        { weight: 1, arbitrary: lost.map((one) => [one]) },
        { weight: 3, arbitrary: fc.array(step, { maxLength: 4 }) },
      ),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([first, parts]): (Step | OtherStep)[] => [...first, { kind: 'settle' }, ...parts.flat()]);

function isTheirs({ kind }: Step | OtherStep): boolean {
  return ['back up', 'restore', 'lose entry', 'foreign'].includes(kind);
}

/** Its past cannot be told, where an entry is gone. */
function unlessCut(error: unknown): undefined {
  if (!(error instanceof CliError)) throw error;
}

/** The same log, asked for its sources after each entry. */
const untimed = ({ committedAt: _, ...version }: VersionHistory) => version;

function grown({ prefix, entries }: TableLog): TableLog {
  const log = new TableLog(prefix);
  for (const entry of entries) {
    log.append([entry]);
    log.ofSource('');
  }
  return log;
}

/** In which versions the rows of each source were there. */
function livesOf(log: TableLog): unknown {
  const lives = [...log.sources()].map((source) => [
    source,
    log
      .ofSource(source)
      .map(({ from, until }) => [from, until])
      .sort(),
  ]);
  return lives.sort();
}

/** Every table of the shop, landing tables first. */
function tablesOf({ effects: { catalog } }: TestLake): string[] {
  const landing = catalog.datasets.map((dataset) => tablePrefix(landingTable(dataset)));
  const derived = catalog.derivations.map(({ target }) => tablePrefix(target));
  return [...new Set([...landing, ...derived])];
}

/** What a table that others changed refuses until a sync: never another kind of failure. */
async function unlessChanged(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TryAgainError) && !(error instanceof CorruptionError)) throw error;
  }
}

async function playOurs(step: Step, lake: TestLake, clock: TestClock): Promise<void> {
  const { effects } = lake;
  if (step.kind === 'put') {
    if (step.tick) clock.tick();
    await put(effects.landing, step.key, step.text);
  } else if (step.kind === 'delete') await effects.landing.remove([step.key]);
  else if (step.kind === 'event')
    for (const { error } of (await ingest(effects, [{ source: step.key }])).failures)
      await unlessChanged(() => Promise.reject(error));
  else if (step.kind === 'settle') await syncPrune(lake);
  else if (step.kind === 'compact') await unlessChanged(() => compactAll(lake, step.mostSources));
  else {
    const derivation = effects.catalog.derivations[step.target % effects.catalog.derivations.length];
    if (derivation) await unlessChanged(() => refresh(effects, derivation.target));
  }
}

async function playTheirs(step: OtherStep, lake: TestLake, backups: Map<string, Backup>): Promise<void> {
  const { lake: store, scratch, sql } = lake.effects;
  const tables = tablesOf(lake);
  const prefix = tables[step.table % tables.length] as string;
  if (step.kind === 'back up') backups.set(prefix, await backUp(store, `${prefix}/`));
  else if (step.kind === 'lose entry') await loseNewestEntry(store, prefix);
  else if (step.kind === 'foreign') await writeForeign(sql, scratch, store, prefix, step.operation, step.nth);
  else {
    const backup = backups.get(prefix);
    if (backup) await restore(store, backup);
  }
}

test('tables that others restored, cut or wrote to are put right by one sync, whatever happened before and between', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (all, stayWarm) => {
      const clock = new TestClock();
      const landing = newStore(world, clock, 'landing');
      const store = newStore(world, clock, 'lake');
      let lake = openProcess(world, clock, landing, store);
      await apply(lake.effects);
      const backups = new Map<string, Backup>();
      for (const step of all) {
        if (isTheirs(step)) await playTheirs(step as OtherStep, lake, backups);
        else await playOurs(step as Step, lake, clock);
        if (!stayWarm) lake = openProcess(world, clock, landing, store);
      }
      await syncPrune(lake);
      const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
      await syncPrune(clean);
      expect(lake.dead).toEqual([]);
      expect(await visible(lake)).toEqual(await visible(clean));
      const cold = openProcess(world, clock, landing, store);
      expect((await certifyLake(cold.effects, { recount: true })).problems).toEqual([]);
      // The past can be told, whoever wrote it.
      for (const prefix of tablesOf(cold)) {
        const log = await new TableLogs(cold.effects.tables).find(prefix).catch(unlessCut);
        for (const source of log?.sources() ?? []) expect(log?.ofSource(source)).not.toEqual([]);
        if (log === undefined) continue;
        const versions = tableHistory(log);
        expect(versions).toHaveLength(log.newest + 1);
        for (const limit of [1, 3]) {
          const recent = await recentHistory(cold.effects.tables, prefix, limit, 0);
          // The others' clock is far behind: by how much a version is told as younger, the versions before say.
          expect(recent?.versions.map(untimed)).toEqual(versions.slice(0, limit).map(untimed));
        }
        expect(livesOf(grown(log))).toEqual(livesOf(log));
        const [kind, name] = prefix.split('/') as ['tables' | 'insights', string];
        const told = expectSameOfParts(cold.effects, [{ kind, name }], { parts: false, timed: false });
        await told.catch(unlessCut);
      }
    }),
    tries(10),
  );
});
