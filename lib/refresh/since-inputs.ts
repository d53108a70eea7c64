// How far a derived table is behind its inputs, and whether these are the ones that it was computed from. Changes nothing.
import { type Derivation, relatedTables, sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { Effects } from '../lake/effects.ts';
import { DEFINITION } from '../lake/tags.ts';
import { loadInputs, loadRelated } from './inputs.ts';
import { isUntouched } from './is-untouched.ts';
import { absentInputs, inputProblems, planRefresh } from './plan.ts';

export type SinceInputs = {
  /** Partitions that the next refresh recomputes or drops for what its inputs hold now. Null: an input is not there. */
  readonly behind: number | null;
  /** Sentences: the inputs' logs are not those that it was computed from. */
  readonly problems: readonly string[];
};

export async function sinceInputs(
  effects: Effects,
  derivation: Derivation,
  snapshot: Snapshot,
): Promise<SinceInputs> {
  const read = [...derivation.inputs, ...relatedTables(derivation)];
  const made = await mapInParallel(read, (table) => effects.tables.latest(tablePrefix(table)));
  const seen = (table: TableRef) =>
    sameTable(table, derivation.target) ? snapshot : made[read.findIndex((one) => sameTable(one, table))];
  if (isUntouched(effects.catalog, derivation, seen)) return { behind: 0, problems: [] };
  const absent = read.filter((_, i) => made[i] === undefined);
  if (absent.length > 0) return { behind: null, problems: absentInputs(derivation, snapshot, absent) };
  const inputs = await loadInputs(effects, derivation);
  const related = await loadRelated(effects, derivation);
  // Under another definition nothing counts as computed.
  const base =
    configuration(snapshot, DEFINITION) === derivation.hash ? snapshot : { ...snapshot, txns: new Map() };
  const plan = await planRefresh(effects.tables, derivation, base, inputs, related);
  return {
    behind: plan.recompute.length + plan.drop.length,
    problems: await inputProblems(effects.tables, derivation, base, [...inputs, ...related]),
  };
}
