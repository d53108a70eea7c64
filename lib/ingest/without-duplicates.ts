// Removes from a commit the files that would count twice, and reports duplicates. The order in which files are read does
// not matter: a file replaces a later duplicate that was read before it, and is refused if an earlier one counts.
import type { Dataset } from '../core/contract.ts';
import type { Effects } from '../lake/effects.ts';
import type { LiveShares, Share } from '../lake/shares.ts';
import { readOrigin } from '../lake/tags.ts';
import { copiesOf, duplicateViolation, repeatedSources } from './duplicates.ts';
import { type Facts, factsDigest, type Report, readReportOf } from './report.ts';
import { type Change, withdrawal } from './source-outcome.ts';

export type Deduplicated = {
  readonly changes: readonly Change[];
  /** Reports of the files that were removed; write them after the commit, because until then the files may count. */
  readonly refused: readonly Report[];
};

/** `live`: the table's files before. `changes`: of the commit; some are returned changed, and some may be added. */
export async function withoutDuplicates(
  effects: Effects,
  dataset: Dataset,
  live: LiveShares,
  changes: readonly Change[],
): Promise<Deduplicated> {
  const read = changes.filter(({ outcome }) => outcome.result === 'accepted');
  if (dataset.duplicates === 'allow') return { changes, refused: [] };
  const after = afterwards(live, changes);
  const sources = read.map(({ outcome }) => outcome.source);
  if (dataset.duplicates === 'warn') {
    const copies = copiesOf(after, sources);
    return { changes: changes.map((change) => withCopies(change, copies)), refused: [] };
  }
  // A source that was read before and is examined again may be removed too: it became live in another way.
  const looked = changes.flatMap(({ outcome, shares }) => (shares.length > 0 ? [outcome.source] : []));
  const repeated = repeatedSources(dataset, after, looked);
  const kept = changes.filter(({ outcome }) => !repeated.has(outcome.source));
  const withdrawals: Change[] = [];
  const refused: Report[] = [];
  for (const [source, first] of repeated) {
    const change = changes.find(({ outcome }) => outcome.source === source);
    const known = change?.outcome.report ?? (await liveReport(effects, dataset, after.get(source) ?? []));
    const report = refusal(known, first);
    refused.push(report);
    const withdrawn = refusedChange(dataset, source, live.get(source) ?? [], report);
    withdrawals.push(change === undefined ? { ...withdrawn, because: first } : withdrawn);
  }
  const copies = copiesOf(afterwards(live, [...kept, ...withdrawals]), sources);
  return { changes: [...kept.map((change) => withCopies(change, copies)), ...withdrawals], refused };
}

/** The table's previous rows are withdrawn, so that nothing is left to compare with. */
export function refusal(known: Report, first: string): Report {
  const { former: _, facts: __, digest: ___, ms, timings, ...found } = known;
  const facts: Facts = { ...found, outcome: 'rejected', accepted: 0, reason: duplicateViolation(first) };
  return { ...facts, facts: factsDigest(facts), ms, timings };
}

/** Equal rows from another text or folder: they may be intended. */
function withCopies(change: Change, copies: ReadonlyMap<string, readonly string[]>): Change {
  const others = copies.get(change.outcome.source);
  return others === undefined ? change : { ...change, outcome: { ...change.outcome, copies: others } };
}

function afterwards(live: LiveShares, changes: readonly Change[]): LiveShares {
  const after = new Map(live);
  for (const { outcome, shares } of changes)
    if (shares.length > 0) after.set(outcome.source, shares);
    else after.delete(outcome.source);
  return after;
}

/** Rows of an older version go too: the file's present rows are already in the table, from the other one. */
function refusedChange(dataset: Dataset, source: string, live: readonly Share[], report: Report): Change {
  const change = withdrawal(dataset, source, live);
  return { ...change, outcome: { ...change.outcome, result: 'rejected', report } };
}

/** For a source that was read before. If its report is lost, the next reading writes it again. */
async function liveReport({ lake }: Effects, { name }: Dataset, [share]: readonly Share[]): Promise<Report> {
  const origin = share && readOrigin(share);
  if (origin === undefined) throw new Error('a live file of no source cannot be a duplicate');
  const { source, etag, contract, lastModifiedMs, acceptedRows, quarantinedRows, skippedRows, text } = origin;
  return (
    (await readReportOf(lake, name, origin)) ?? {
      source,
      dataset: name,
      etag,
      lastModified: new Date(lastModifiedMs).toISOString(),
      sizeBytes: 0,
      contract,
      outcome: 'accepted',
      rows: acceptedRows + quarantinedRows + skippedRows,
      accepted: acceptedRows,
      quarantined: quarantinedRows,
      ...(skippedRows === 0 ? {} : { skipped: skippedRows }),
      violations: [],
      examples: [],
      ignoredColumns: [],
      ...(text === undefined ? {} : { text }),
      ms: 0,
      timings: {},
    }
  );
}
