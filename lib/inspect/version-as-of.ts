// Which version a table had at a time: the one before the first that is younger. It is looked for by halves, and few entries of the
// log are read.
import { commitInfoOf } from '../delta/commit-id.ts';
import { commitTimeMs, type Snapshot } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { CliError } from '../errors.ts';
import type { AsOf } from '../lake/as-of.ts';
import { timeOf } from './entry-time.ts';
import { isoSeconds } from './find-table.ts';
import { requireEntries } from './read-table-log.ts';

/**
 * Writers' clocks differ, and a version is never older than the one before: of so many versions before the one that halving comes to,
 * the times are compared, too. One whose clock was ahead for longer may be passed over.
 */
const TIMED = 100;

/** `present`: the newest version, which is meant without `asOf`. Throws CliError where the table has none there. */
export async function versionAsOf(
  tables: DeltaTables,
  prefix: string,
  present: Snapshot,
  asOf: AsOf | undefined,
): Promise<number> {
  const version = await findVersion(tables, prefix, present, asOf);
  if (version !== undefined) return version;
  if (asOf && 'version' in asOf)
    throw new CliError(
      `${prefix} has no version ${asOf.version}: its newest is ${present.version}, of ${isoSeconds(present.timestampMs)}.`,
    );
  const [first] = await requireEntries(tables, prefix, 0, 0);
  throw new CliError(
    `${prefix} did not exist yet at ${asOf?.text}: its first version is of ${isoSeconds(timeOf(first?.actions ?? []))}.`,
  );
}

/** The version of that time, the newest without `asOf`; undefined where the table has none there. `timed`: see TIMED. */
export async function findVersion(
  tables: DeltaTables,
  prefix: string,
  present: Snapshot,
  asOf: AsOf | undefined,
  timed = TIMED,
): Promise<number | undefined> {
  if (asOf === undefined) return present.version;
  if ('version' in asOf) return asOf.version <= present.version ? asOf.version : undefined;
  // `before` was not younger, as far as a commit up to it says a time; -1 if none was looked at. `after` is younger, or the newest.
  let [before, after] = [-1, present.version];
  while (after - before > timed) {
    const middle = Math.floor((before + after) / 2);
    const said = await saidTime(tables, prefix, middle, before);
    if (said === undefined || said.ms <= asOf.ms) before = middle;
    else after = said.version;
  }
  let version = after;
  let first = Math.max(0, before + 1 - timed);
  for (let last = after; ; last = first - 1, first = Math.max(0, first - timed)) {
    const entries = await requireEntries(tables, prefix, first, last);
    const younger = entries.findIndex(({ actions }) => timeOf(actions) > asOf.ms);
    if (younger >= 0) version = first + younger - 1;
    // Where the first that was read is younger, one before may be younger, too.
    if (younger !== 0 || first === 0) return version < 0 ? undefined : version;
  }
}

/** Of the newest entry between the versions `after` and `upTo` that says when it was made. Other programs need not say it. */
async function saidTime(
  tables: DeltaTables,
  prefix: string,
  upTo: number,
  after: number,
): Promise<{ readonly version: number; readonly ms: number } | undefined> {
  for (let version = upTo; version > after; version -= 1) {
    const [entry] = await requireEntries(tables, prefix, version, version);
    const ms = commitTimeMs(commitInfoOf(entry?.actions ?? []));
    if (ms !== undefined) return { version, ms };
  }
  return undefined;
}
