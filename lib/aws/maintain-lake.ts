// What maintain does to a lake on AWS: brings the tables under the deployed definitions, asks by messages for all that events
// should have brought already, and sweeps what nobody needs any more. Works on no source file and no insight itself.
import { probeConditionalCreate } from '../adapters/s3-probe.ts';
import { landingTable } from '../core/catalog.ts';
import { tablePrefix } from '../core/insight.ts';
import type { Effects } from '../effects.ts';
import { CliError } from '../errors.ts';
import { type Applied, apply, type Obstacles, refusedChanges, undoAllForeign } from '../maintain/apply.ts';
import { maintainTables } from '../maintain/maintain-tables.ts';
import { type Reconciliation, reconcile } from '../maintain/reconcile.ts';
import type { Queue } from '../ports.ts';
import { onePerTable, type TableFailure } from '../table-failures.ts';
import type { FileNews } from './file-messages.ts';
import type { Measure } from './telemetry.ts';

export type MaintainEffects = {
  readonly effects: Effects;
  readonly files: Queue<FileNews>;
  readonly measure: Measure;
};

const MESSAGES_AT_ONCE = 100;

/**
 * Refuses a bucket that cannot hold a lake before the first table is made, and definitions that a table cannot take before
 * any table is changed: the deploy fails, and the stack goes back to definitions that fit. Repeating it changes nothing.
 */
export async function applyDefinitions({ effects, measure }: MaintainEffects): Promise<readonly Applied[]> {
  if (!(await holdsTables(effects))) await probeConditionalCreate(effects.lake, effects.newId);
  requireNone(await refusedChanges(effects));
  const { applied, undone, ...obstacles } = await apply(effects);
  measure('foreignCommits', undone.flatMap(({ commits }) => commits).length);
  for (const { table, change } of applied)
    effects.log('info', `apply.${change}`, { table: tablePrefix(table) });
  requireNone(obstacles);
  return applied;
}

/** Rows of another program in a table are nothing that older definitions would mend. Throws CliError. */
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
 * Sends a message for every file that the lake does not show in its present version, and one for every derived table: a
 * refresh for nothing costs a look at the logs. What there is no time for is left to the next run, and said. Throws, after
 * all else is done, where a table could not be read.
 */
export async function reconcileByMessages(
  { effects, files, measure }: MaintainEffects,
  outOfTime: () => boolean,
): Promise<void> {
  const unread = await takeBackForeign({ effects, measure });
  await effects.refreshes.send(effects.catalog.derivations.map(({ target }) => ({ target })));
  const found = await reconcile(effects, {}, { outOfTime });
  let sent = 0;
  while (sent < found.ingest.length && !outOfTime()) {
    await files.send(found.ingest.slice(sent, sent + MESSAGES_AT_ONCE));
    sent += MESSAGES_AT_ONCE;
  }
  const unexamined = found.unexamined + Math.max(0, found.ingest.length - sent);
  measure('behindFiles', found.ingest.length);
  measure('vanishedFiles', found.vanished.length);
  measure('unexaminedFiles', unexamined);
  logFindings(effects, found, unexamined);
  const failed = onePerTable([...unread, ...found.failed]);
  if (failed.length > 0)
    throw new CliError(failed.map(({ table, message }) => `${table} is not reconciled: ${message}`));
}

/** Until it is done ingest adds nothing to such a table. Tables that cannot be read are returned. */
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
 * Sweeps what was removed longer ago, and writes checkpoints. What there is no time for is left to the next run, which begins
 * elsewhere. Throws, after all else is done, where a table could not be swept.
 */
export async function sweepLake(
  { effects, measure }: Omit<MaintainEffects, 'files'>,
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
  log('info', 'sweep.done', { files: total.files, bytes: total.bytes, checkpoints });
  if (!total.finished)
    log('warn', 'sweep.unfinished', {
      next: 'the next run begins elsewhere; "sluice maintain" on a machine of your own has no time limit',
    });
  if (failures.length > 0)
    throw new CliError(failures.map(({ place, error }) => `${place} is not swept: ${error}`));
}

function logFindings({ log }: Effects, found: Reconciliation, unexamined: number): void {
  log('info', 'reconcile.done', {
    sent: found.ingest.length,
    unchanged: found.unchanged,
    rejected: found.rejected.length,
  });
  if (found.held.length > 0)
    log('warn', 'reconcile.held', {
      datasets: found.held,
      next: 'their tables are under another contract than this function holds, so nothing of theirs was looked at: deploy, which applies the contracts',
    });
  if (found.vanished.length > 0)
    log('warn', 'reconcile.vanished', {
      files: found.vanished.length,
      first: found.vanished.slice(0, 10),
      next: 'they are gone from landing, and no event withdrew them: "sluice sync --prune" does',
    });
  if (unexamined > 0)
    log('error', 'reconcile.unfinished', {
      files: unexamined,
      next: 'the next run goes on; "sluice sync" on a machine of your own has no time limit',
    });
}
