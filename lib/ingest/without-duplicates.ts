// Takes out of a commit what would count twice, and says what does. Whatever the order in which files come to be read, it leaves
// the same ones live: a file that is read may put out one that was read before, and is put out by one that precedes it.
import type { Dataset } from '../core/contract.ts';
import type { Add } from '../delta/actions.ts';
import type { Effects } from '../lake/effects.ts';
import { readOrigin } from '../lake/tags.ts';
import { copiesOf, duplicateViolation, type LiveFiles, repeatedSources } from './duplicates.ts';
import { type Facts, factsDigest, type Report, readReportOf } from './report.ts';
import { type Change, withdrawal } from './source-outcome.ts';

export type Deduplicated = {
  readonly changes: readonly Change[];
  /** Of the files that were put out, to be written after the commit: until then they may count. */
  readonly refused: readonly Report[];
};

/** `live`: the table's files before. `changes`: what the commit would do; some come back changed, and there may be more of them. */
export async function withoutDuplicates(
  effects: Effects,
  dataset: Dataset,
  live: LiveFiles,
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
  // One that was read before and is looked at again may be put out as well: it came in by another way than this.
  const looked = changes.flatMap(({ outcome, files }) => (files.length > 0 ? [outcome.source] : []));
  const repeated = repeatedSources(dataset, after, looked);
  const kept = changes.filter(({ outcome }) => !repeated.has(outcome.source));
  const withdrawals: Change[] = [];
  const refused: Report[] = [];
  for (const [source, first] of repeated) {
    const change = changes.find(({ outcome }) => outcome.source === source);
    const known = change?.outcome.report ?? (await liveReport(effects, dataset, after.get(source) ?? []));
    const report = refusal(known, first);
    refused.push(report);
    withdrawals.push(refusedChange(effects, dataset, source, live.get(source) ?? [], report));
  }
  const copies = copiesOf(afterwards(live, [...kept, ...withdrawals]), sources);
  return { changes: [...kept.map((change) => withCopies(change, copies)), ...withdrawals], refused };
}

/** What the table held before is withdrawn, so that nothing is left to compare with. */
export function refusal(known: Report, first: string): Report {
  const { former: _, facts: __, digest: ___, ms, timings, ...found } = known;
  const facts: Facts = { ...found, outcome: 'rejected', accepted: 0, reason: duplicateViolation(first) };
  return { ...facts, facts: factsDigest(facts), ms, timings };
}

/** Equal rows of another text or folder: nobody can say for certain that they were not meant. */
function withCopies(change: Change, copies: ReadonlyMap<string, readonly string[]>): Change {
  const others = copies.get(change.outcome.source);
  return others === undefined ? change : { ...change, outcome: { ...change.outcome, copies: others } };
}

function afterwards(live: LiveFiles, changes: readonly Change[]): LiveFiles {
  const after = new Map(live);
  for (const { outcome, files } of changes)
    if (files.length > 0) after.set(outcome.source, files);
    else after.delete(outcome.source);
  return after;
}

/** Not even rows of an older version stay: what the file says now is in the table already, by the other one. */
function refusedChange(
  effects: Effects,
  dataset: Dataset,
  source: string,
  live: readonly Add[],
  report: Report,
): Change {
  const change = withdrawal(dataset, source, live, effects.clock().getTime());
  return { ...change, outcome: { ...change.outcome, result: 'rejected', report } };
}

/** Of a source that was read before. What a lost report said is left to its next reading. */
async function liveReport({ lake }: Effects, { name }: Dataset, [add]: readonly Add[]): Promise<Report> {
  const origin = add && readOrigin(add);
  if (origin === undefined) throw new Error('a live file of no source cannot be a duplicate');
  const { source, etag, contract, lastModifiedMs, acceptedRows, quarantinedRows, text } = origin;
  return (
    (await readReportOf(lake, name, origin)) ?? {
      source,
      dataset: name,
      etag,
      lastModified: new Date(lastModifiedMs).toISOString(),
      sizeBytes: 0,
      contract,
      outcome: 'accepted',
      rows: acceptedRows + quarantinedRows,
      accepted: acceptedRows,
      quarantined: quarantinedRows,
      violations: [],
      examples: [],
      ignoredColumns: [],
      ...(text === undefined ? {} : { text }),
      ms: 0,
      timings: {},
    }
  );
}
