// The work of maintain on AWS: applies the deployed definitions to the tables, sends messages for everything that events
// should have delivered, and deletes objects past their retention. It processes no source files and no insights itself.
import { probeConditionalCreate } from '../adapters/s3-probe.ts';
import type { DeadLetterQueue, DeadMessage } from '../adapters/sqs-dead-letters.ts';
import { landingTable } from '../core/catalog.ts';
import { tablePrefix } from '../core/insight.ts';
import { CliError } from '../errors.ts';
import { type Applied, apply, type Obstacles, refusedChanges, undoAllForeign } from '../evolve/apply.ts';
import { requestId } from '../ingest/ingest.ts';
import type { Effects } from '../lake/effects.ts';
import { maintainTables } from '../maintain/maintain-tables.ts';
import { overdueFiles } from '../maintain/overdue-files.ts';
import { type Reconciliation, reconcile, type Wanted } from '../maintain/reconcile.ts';
import type { Queue } from '../ports.ts';
import { sinceInputs } from '../refresh/since-inputs.ts';
import { onePerTable, type TableFailure } from '../table-failures.ts';
import { due, readAsked, remembered, writeAsked } from './asked-files.ts';
import { settledLetters } from './dead-letters.ts';
import { type FileNews, parseFileMessage } from './file-messages.ts';
import { askForJobs } from './job-news.ts';
import type { Notices } from './notices.ts';
import type { Found } from './page-due.ts';
import { parseRefreshMessage, refreshGroup } from './refresh-messages.ts';
import type { Measure } from './telemetry.ts';

export type MaintainEffects = {
  readonly effects: Effects;
  readonly files: Queue<FileNews>;
  readonly letters: Letters;
  /** The approximate number of messages in the files queue, including those in progress. */
  readonly waitingFiles: () => Promise<number>;
  readonly measure: Measure;
  /** Default: nobody is told. */
  readonly notices?: Pick<Notices, 'ofLake'>;
  /** Landing's. */
  readonly bucket: string;
  /** The folder of the bucket that is landing. Default: the whole bucket. */
  readonly prefix?: string;
};

const MESSAGES_AT_ONCE = 100;
/** The most dead letters examined in one run. */
const MOST_LETTERS = 500;

/** The dead-letter queues. */
export type Letters = {
  readonly files: Pick<DeadLetterQueue, 'close'>;
  readonly refreshes: Pick<DeadLetterQueue, 'close'>;
};

/**
 * Refuses a bucket that cannot hold a lake before the first table is created, and incompatible definitions before any table
 * is changed: the deployment fails, and the stack rolls back to compatible definitions. Idempotent.
 */
export async function applyDefinitions({
  effects,
  measure,
}: Pick<MaintainEffects, 'effects' | 'measure'>): Promise<readonly Applied[]> {
  if (!(await holdsTables(effects))) await probeConditionalCreate(effects.lake, effects.newId);
  requireNone(await refusedChanges(effects));
  const { applied, undone, ...obstacles } = await apply(effects);
  measure('foreignCommits', undone.flatMap(({ commits }) => commits).length);
  for (const { table, change } of applied)
    effects.log('info', `apply.${change}`, { table: tablePrefix(table) });
  requireNone(obstacles);
  return applied;
}

/** Rolling back definitions would not fix another program's rows, so those do not count. Throws CliError. */
function requireNone({ refused, failed }: Obstacles): void {
  const problems = [
    ...refused.filter(({ because }) => because === 'contract').flatMap(({ lines }) => lines),
    ...failed.map(({ table, message }) => `${table}: ${message}`),
  ];
  if (problems.length > 0) throw new CliError(problems);
}

async function holdsTables({ catalog, tables }: Effects): Promise<boolean> {
  for (const dataset of catalog.datasets)
    if (await tables.latest(tablePrefix(landingTable(dataset)))) return true;
  return false;
}

/**
 * Sends a message for every file whose current version is not in the lake and that was not requested recently, and one for
 * every derived table: an unnecessary refresh only reads the logs. Deletes dead letters whose subject is settled. Work
 * that does not fit into the time is logged and left to the next run. Throws at the end if a table could not be read.
 */
export async function reconcileByMessages(
  maintain: MaintainEffects,
  outOfTime: () => boolean,
): Promise<Found> {
  const { effects, measure } = maintain;
  const started = effects.clock();
  const unread = await takeBackForeign(maintain);
  await effects.refreshes.send(effects.catalog.derivations.map(({ target }) => ({ target })));
  const found = await reconcile(effects, {}, { outOfTime });
  const { sent, unsent } = await askFor(maintain, found.ingest, outOfTime);
  if (effects.jobs) await askForJobs(maintain, found, started);
  const unexamined = found.unexamined + unsent;
  measure('behindFiles', found.ingest.length);
  measure('vanishedFiles', found.vanished.length);
  measure('unexaminedFiles', unexamined);
  const overdue = await measureOverdue(maintain, found);
  logFindings(effects, found, sent, unexamined);
  if (unexamined === 0) await closeLetters(maintain, found);
  if (!outOfTime()) await maintain.notices?.ofLake(effects, found, outOfTime);
  const failed = onePerTable([...unread, ...found.failed]);
  if (failed.length > 0)
    throw new CliError(failed.map(({ table, message }) => `${table} is not reconciled: ${message}`));
  return { overdue, rejected: found.rejected.length };
}

/** How many there are. Of a dataset of which it is not known what has come, nothing is counted. */
async function measureOverdue({ effects, measure }: MaintainEffects, found: Reconciliation): Promise<number> {
  const arrivals = await overdueFiles(effects, found);
  let files = 0;
  for (const [{ name }, come] of arrivals) {
    const { periods, gaps } = come.overdue();
    files += periods;
    if (periods > 0)
      effects.log('warn', 'reconcile.overdue', {
        dataset: name,
        files: periods,
        latest: gaps.slice(0, 10),
        next: 'they were expected by the contract and have not come: ask their sender',
      });
  }
  if (arrivals.size > 0) measure('overdueFiles', files);
  return files;
}

async function askFor(
  { effects: { lake, clock }, files, waitingFiles }: MaintainEffects,
  wanted: readonly Wanted[],
  outOfTime: () => boolean,
): Promise<{ readonly sent: number; readonly unsent: number }> {
  const asked = await readAsked(lake);
  if (wanted.length === 0 && asked.size === 0) return { sent: 0, unsent: 0 };
  const now = clock().getTime();
  const wantedNow = due(wanted, asked, now, (await waitingFiles()) > 0);
  let sent = 0;
  while (sent < wantedNow.length && !outOfTime()) {
    const next = wantedNow.slice(sent, sent + MESSAGES_AT_ONCE);
    await files.send(next.map(({ etag: _, ...request }) => request));
    sent += next.length;
  }
  await writeAsked(lake, remembered(wanted, wantedNow.slice(0, sent), asked, now));
  return { sent, unsent: wantedNow.length - sent };
}

/** Keeps one letter per subject, as long as its problem persists, and deletes it when that is settled. */
async function closeLetters(
  { effects, letters, bucket, prefix = '' }: MaintainEffects,
  { ingest, vanished, aside, held, failed }: Reconciliation,
): Promise<void> {
  // A failed withdrawal has only its letter: reconcile does not request files that are gone from landing.
  const open = new Set([...[...ingest, ...vanished].map(({ source }) => source), ...aside]);
  // Nothing is known about files that were not examined.
  const isKnown = held.length + failed.length === 0;
  const closed = {
    files: await letters.files.close(MOST_LETTERS, async (messages) =>
      settledLetters(messages, (body) => {
        const news = parseFileMessage(body, { bucket, prefix });
        const isSettled = isKnown && news.every(({ source }) => !open.has(source));
        return { about: news.map(requestId), isSettled };
      }),
    ),
    refreshes: await letters.refreshes.close(MOST_LETTERS, async (messages) => {
      const behind = await tablesBehind(effects, messages);
      return settledLetters(messages, (body) => {
        const table = refreshGroup(parseRefreshMessage(body));
        return { about: [table], isSettled: !behind.has(table) };
      });
    }),
  };
  if (closed.files + closed.refreshes > 0) effects.log('info', 'letters.closed', closed);
}

/** The defined tables named by letters that are not up to date. */
async function tablesBehind(effects: Effects, messages: readonly DeadMessage[]): Promise<Set<string>> {
  const behind = new Set<string>();
  const about = new Set(messages.flatMap(({ body }) => tableOf(body) ?? []));
  for (const derivation of effects.catalog.derivations) {
    const table = tablePrefix(derivation.target);
    if (!about.has(table)) continue;
    const snapshot = await effects.tables.latest(table).catch(() => undefined);
    const since = snapshot && (await sinceInputs(effects, derivation, snapshot).catch(() => undefined));
    if (since?.behind !== 0 || since.problems.length > 0) behind.add(table);
  }
  return behind;
}

function tableOf(body: string): string | undefined {
  try {
    return refreshGroup(parseRefreshMessage(body));
  } catch {
    // Not our message: the letter stays until a person has looked at it.
    return undefined;
  }
}

/** Until this is done, ingest adds nothing to such a table. Returns the tables that cannot be read. */
async function takeBackForeign({
  effects,
  measure,
}: Pick<MaintainEffects, 'effects' | 'measure'>): Promise<readonly TableFailure[]> {
  const { undone, refused, failed } = await undoAllForeign(effects);
  measure('foreignCommits', undone.flatMap(({ commits }) => commits).length + refused.length);
  for (const { dataset, message } of refused)
    effects.log('error', 'table.foreign_stays', { dataset, reason: message });
  return failed;
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * Deletes objects past their retention, merges small data files and writes checkpoints. Work that does not fit into the time is left to the next
 * run, which starts elsewhere. Throws at the end if a table could not be swept.
 */
export async function sweepLake(
  { effects, measure }: Pick<MaintainEffects, 'effects' | 'measure'>,
  retentionDays: number,
  outOfTime: () => boolean,
): Promise<void> {
  const { log } = effects;
  const { total, places, failures } = await maintainTables(effects, {
    retentionMs: retentionDays * DAY_MS,
    outOfTime,
  });
  measure('sweptFiles', total.files);
  const checkpoints = places.filter(({ checkpoint }) => checkpoint !== undefined).length;
  const merged = places.reduce((sum, place) => sum + (place.merged?.files ?? 0), 0);
  log('info', 'sweep.done', { files: total.files, bytes: total.bytes, merged, checkpoints });
  if (!total.finished)
    log('warn', 'sweep.unfinished', {
      next: 'the next run starts elsewhere; "sluice maintain" on your own machine has no time limit',
    });
  if (failures.length > 0)
    throw new CliError(failures.map(({ place, error }) => `${place} is not maintained in full: ${error}`));
}

function logFindings({ log }: Effects, found: Reconciliation, sent: number, unexamined: number): void {
  log('info', 'reconcile.done', {
    behind: found.ingest.length,
    sent,
    unchanged: found.unchanged,
    rejected: found.rejected.length,
  });
  if (found.held.length > 0)
    log('warn', 'reconcile.held', {
      datasets: found.held,
      next: 'their tables have another contract than this function, so their files were not examined: deploy, which applies the contracts',
    });
  if (found.vanished.length > 0)
    log('warn', 'reconcile.vanished', {
      files: found.vanished.length,
      first: found.vanished.slice(0, 10),
      next: 'they are gone from landing, but no event withdrew them: run "sluice sync --prune"',
    });
  if (unexamined > 0)
    log('error', 'reconcile.unfinished', {
      files: unexamined,
      next: 'the next run continues; "sluice sync" on your own machine has no time limit',
    });
}
