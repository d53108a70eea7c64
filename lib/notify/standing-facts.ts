// The facts that stand in a lake now, from a comparison of landing with it, its logs and its reports; and what cannot be said now.
// Remembers nothing and tells nobody.
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { type TableRef, tablePrefix } from '../core/insight.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { type Report, readReportOf } from '../ingest/report.ts';
import type { Effects } from '../lake/effects.ts';
import { quarantineKey, reportKey } from '../lake/layout.ts';
import { landedShares } from '../lake/live-shares.ts';
import { type Arrivals, expectedBy, type OverdueFile } from '../lake/overdue.ts';
import type { LiveShares } from '../lake/shares.ts';
import { type Origin, readOrigin } from '../lake/tags.ts';
import { isUnseen } from '../lake/unseen.ts';
import { overdueFiles } from '../maintain/overdue-files.ts';
import type { Reconciliation } from '../maintain/reconcile.ts';
import { type Settled, Settling } from '../maintain/settling.ts';
import type { Notice } from '../ports.ts';
import { readPending, type Stale } from '../refresh/pending.ts';
import { goingOn, type TableFailure } from '../table-failures.ts';
import {
  type About,
  aboutOf,
  auditFactId,
  type Fact,
  type FactId,
  fileFactId,
  missingFactId,
  overdueFactId,
  subjectOf,
  topicOf,
} from './fact.ts';

export type Standing = {
  readonly facts: ReadonlyMap<FactId, Fact>;
  /**
   * Of a fact that does not stand. `settled`: put right. `unknown`: nobody can say now, such as for a file that is not read yet.
   * `void`: what it is about is not defined any more.
   */
  verdict(about: About): 'settled' | 'unknown' | 'void';
  /** Undefined: all of the lake. Else nothing is said of other topics. */
  readonly topics?: readonly string[];
  /** By subject: of files that are refused still and need no more work, why. */
  readonly settled: ReadonlyMap<string, Settled>;
};

/** `keys`: `found` is about these alone. */
export async function standingFacts(
  effects: Effects,
  found: Reconciliation,
  keys?: readonly string[],
): Promise<Standing> {
  const facts = new Map<FactId, Fact>();
  const add = (fact: Fact) => void facts.set(fact.id, fact);
  const settled = new Map<string, Settled>();
  const settling = await Settling.of(effects);
  const failures: TableFailure[] = [...found.failed];
  const unread = unreadSources(found, keys);
  for (const dataset of effects.catalog.datasets)
    await goingOn(failures, tablePrefix(landingTable(dataset)), async () => {
      if (failures.some(({ table }) => table === tablePrefix(landingTable(dataset)))) return;
      const live = await landedShares(effects.tables, dataset);
      for (const fact of await fileFacts(effects, dataset, live, found, settling, settled))
        if (!unread(aboutFile(fact))) add(fact);
    });
  for (const { source, dataset } of found.vanished) add(missing(dataset, source));
  const arrivals = await overdueFiles(effects, found);
  // What other keys brought is not known then.
  if (keys === undefined)
    for (const [{ name }, come] of arrivals)
      for (const file of come.files(MAX_OVERDUE)) add(overdueFact(name, file));
  for (const { target } of effects.catalog.derivations)
    await goingOn(failures, tablePrefix(target), async () => {
      const snapshot = await effects.tables.latest(tablePrefix(target));
      for (const stale of snapshot ? readPending(snapshot).stale : []) add(failedAudit(target, stale));
    });
  const topics = keys === undefined ? {} : { topics: topicsOf(effects, keys) };
  return {
    facts,
    settled,
    ...topics,
    verdict: (about) =>
      about.kind === 'overdue'
        ? overdueVerdict(effects, arrivals, keys === undefined, about)
        : verdict(effects, found, failures, unread, about),
  };
}

/** All that a fact about one of the keys, about what was expected in its place, or about an audit, can be about. */
function topicsOf({ catalog }: Effects, keys: readonly string[]): string[] {
  const files = keys.flatMap((key) =>
    catalog.datasets.flatMap(({ name: dataset }) =>
      (['rejected', 'missing'] as const).map((kind) => topicOf({ kind, dataset, key })),
    ),
  );
  const audits = catalog.derivations.map(({ target }) =>
    topicOf({ kind: 'failed-audit', table: tablePrefix(target), partition: {} }),
  );
  const expected = keys.flatMap((key) =>
    catalog.datasets.flatMap((dataset) => {
      const file = catalog.claims(key).includes(dataset) ? expectedBy(dataset, key) : undefined;
      return file ? [topicOf({ kind: 'overdue', dataset: dataset.name, ...file })] : [];
    }),
  );
  return [...files, ...audits, ...expected];
}

function aboutFile({ id }: Fact): string {
  return (JSON.parse(id) as string[])[2] ?? '';
}

/** Of a key: its present version was not looked at, or is still to be read. */
function unreadSources(
  { ingest, misplaced, aside, unseen }: Reconciliation,
  keys: readonly string[] | undefined,
): (key: string) => boolean {
  const open = new Set([...[...ingest, ...misplaced].map(({ source }) => source), ...aside]);
  const asked = keys && new Set(keys);
  return (key) => open.has(key) || asked?.has(key) === false || isUnseen(unseen, key);
}

function verdict(
  { catalog }: Effects,
  { held, unexamined }: Reconciliation,
  failures: readonly TableFailure[],
  unread: (key: string) => boolean,
  about: Exclude<About, { kind: 'overdue' }>,
): ReturnType<Standing['verdict']> {
  const isFailed = (table: TableRef) => failures.some((failure) => failure.table === tablePrefix(table));
  if (about.kind === 'failed-audit') {
    const table = catalog.derivations.find(({ target }) => tablePrefix(target) === about.table)?.target;
    const name = about.table.slice(about.table.indexOf('/') + 1);
    if (table === undefined) return catalog.asideNamed(name) ? 'unknown' : 'void';
    return isFailed(table) ? 'unknown' : 'settled';
  }
  const dataset = catalog.datasets.find(({ name }) => name === about.dataset);
  if (dataset === undefined) return catalog.asideNamed(about.dataset) ? 'unknown' : 'void';
  const isOpen = unexamined > 0 || held.includes(dataset.name) || isFailed(landingTable(dataset));
  return isOpen || unread(about.key) ? 'unknown' : 'settled';
}

/** `isWhole`: all of landing was looked at. */
function overdueVerdict(
  { catalog }: Effects,
  arrivals: ReadonlyMap<Dataset, Arrivals>,
  isWhole: boolean,
  { dataset: name, period, per }: Extract<About, { kind: 'overdue' }>,
): ReturnType<Standing['verdict']> {
  const dataset = catalog.datasets.find((candidate) => candidate.name === name);
  if (dataset === undefined) return catalog.asideNamed(name) ? 'unknown' : 'void';
  if (dataset.expect === undefined) return 'void';
  const state = arrivals.get(dataset)?.stateOf(period, per);
  if (state === 'come') return 'settled';
  return isWhole && state === 'void' ? 'void' : 'unknown';
}

/** Rejected files, and files with quarantined rows, that are open. */
async function fileFacts(
  effects: Effects,
  dataset: Dataset,
  live: LiveShares,
  { rejected, empty }: Reconciliation,
  settling: Settling,
  closed: Map<string, Settled>,
): Promise<Fact[]> {
  const facts: Fact[] = [];
  const sort = (fact: Fact, settled: Settled | undefined) => {
    const about = aboutOf(fact.id);
    if (settled === undefined) facts.push(fact);
    else if (about) closed.set(subjectOf(about), settled);
  };
  const refused = new Set<string>();
  for (const report of [...rejected, ...empty]) {
    if (report.dataset !== dataset.name) continue;
    refused.add(report.source);
    if (report.outcome === 'accepted' && report.quarantined === 0) continue;
    sort(fileFact(report), (await settling.settled(dataset, live, report)).settled);
  }
  for (const [source, [add]] of live) {
    const origin = add && readOrigin(add);
    if (origin === undefined || origin.quarantinedRows === 0 || refused.has(source)) continue;
    const settled = await settling.settledRows(effects.lake, dataset, origin);
    sort(liveFact(effects, dataset, origin), settled?.settled);
  }
  return facts;
}

/** Of a file that was refused as a whole, or of which rows were. */
export function fileFact(report: Report): Fact {
  const { dataset, source, etag, outcome, reason, quarantined } = report;
  const details = async () => fileNotice(report);
  return outcome === 'rejected'
    ? { id: fileFactId('rejected', dataset, source, etag, reason?.rule ?? ''), details }
    : { id: fileFactId('quarantined', dataset, source, etag, quarantined), details };
}

function liveFact({ lake }: Effects, { name }: Dataset, origin: Origin): Fact {
  const { source, etag, acceptedRows, quarantinedRows, skippedRows } = origin;
  return {
    id: fileFactId('quarantined', name, source, etag, quarantinedRows),
    details: async () => {
      const report = await readReportOf(lake, name, origin);
      if (report) return fileNotice(report);
      const counts = { rows: acceptedRows + quarantinedRows + skippedRows, accepted: acceptedRows };
      const more = { quarantined: quarantinedRows, rules: [], quarantine: quarantineKey(name, origin) };
      return { kind: 'quarantined', dataset: name, key: source, ...counts, ...more };
    },
  };
}

const MAX_REASON = 2000;

function shortened(reason: string): string {
  return reason.length <= MAX_REASON ? reason : `${reason.slice(0, MAX_REASON)}…`;
}

/** The most rules that a notice names. */
const MAX_RULES = 20;

/** Places are keys in the lake. */
function fileNotice(report: Report): Notice {
  const { dataset, source, outcome, reason, rows, accepted, quarantined, violations, quarantine } = report;
  const rules = [...violations].sort((a, b) => b.rows - a.rows).slice(0, MAX_RULES);
  return {
    kind: outcome === 'rejected' ? 'rejected' : 'quarantined',
    dataset,
    key: source,
    ...(reason ? { rule: reason.rule, reason: shortened(reason.message) } : {}),
    rows,
    accepted,
    quarantined,
    rules: rules.map(({ field, rule, rows: refused }) => ({ field, rule, rows: refused })),
    report: reportKey(dataset, report),
    ...(quarantine === undefined ? {} : { quarantine }),
  };
}

function missing(dataset: string, key: string): Fact {
  return { id: missingFactId(dataset, key), details: async () => ({ kind: 'missing', dataset, key }) };
}

/** Of a dataset: the latest ones. `status` counts the others. */
const MAX_OVERDUE = 100;

function overdueFact(dataset: string, { period, per, since, due }: OverdueFile): Fact {
  return {
    id: overdueFactId(dataset, period, per),
    details: async () => ({ kind: 'overdue', dataset, period, per, since, due }),
  };
}

export function failedAudit(table: TableRef, { partition, message }: Stale): Fact {
  return {
    id: auditFactId(tablePrefix(table), partition),
    details: async () => auditNotice(tablePrefix(table), partition, message),
  };
}

function auditNotice(table: string, partition: PartitionValues, reason: string): Notice {
  return { kind: 'failed-audit', table, partition, reason: shortened(reason) };
}
