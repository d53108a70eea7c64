// `sluice status`: what the lake holds and how current it is. lib/inspect/lake-status.ts does the work. Read-only.
import { jobStates } from '../inspect/job-states.ts';
import { onePerTable } from '../table-failures.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { statusDocument, statusExitCode, statusLines } from './status-text.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const status: Verb = {
  description: `Per dataset: source files in the table, rows, quarantined rows, skipped records (where there are some),
rejected files, files that wait in landing, the last arrival and the table's version. Per insight and built-in table: partitions, rows, version, stale partitions
(an audit failed, the previous rows are kept) and warnings (an audit of severity warn failed, the new rows are
live) with the reasons, and how many partitions are behind their inputs. Also lists deliveries that need attention
(far fewer rows than before, a renamed column, the same rows under two names), files that "expect" in a contract
says should be there by now, and parts of landing that cannot be read. What "sluice settle" closed is not counted. Changes nothing and creates nothing.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    tableOrJson(
      'landing, lake, datasets, derived, unknown, unseen, left, foreign, logs, refused, deadLetters, jobs (name, kind, about, startedAt, state, stage, tasks, done, failures), aside (file, kind, names, message, messages, held), asideKeys, failures (table, message).',
    ),
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice status', meaning: 'two tables' },
    { command: 'npx sluice status --landing s3://my-landing --lake s3://my-lake', meaning: 'the same in S3' },
    {
      command: `npx sluice status --format json | jq '.derived[] | select(.behind > 0)'`,
      meaning: 'insights that wait for a sync',
    },
  ],
  exitCodes: [
    {
      code: 0,
      meaning:
        'no problem found; files may wait and insights may be behind; without a landing folder, waiting, rejected, overdue and vanished files are not known',
    },
    {
      code: NEEDS_ATTENTION,
      meaning:
        'a source file is rejected (and not settled), gone from landing or overdue, a partition is stale, or another program has written into a table',
    },
    {
      code: FAULT,
      meaning:
        'a fault: a message failed for good, a contract change is held back, or a definition, a table or a part of landing cannot be read (all of it is reported); or the lake does not exist',
    },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const needs = { landing: 'wanted', lake: 'required', writes: false } as const;
  return withLake(args, terminal, needs, async ({ effects, deadLetters, hasLanding }) => {
    const { refusedChanges } = await import('../evolve/apply.ts');
    const { lakeStatus } = await import('../inspect/lake-status.ts');
    const { refused, failed } = await refusedChanges(effects);
    const status = await lakeStatus(effects);
    const found = {
      landing: effects.landing.location,
      lake: effects.lake.location,
      hasLanding,
      deadLetters: await deadLetters.read(),
      refused,
      jobs: await jobStates(effects.lake),
      ...status,
      failures: onePerTable([...failed, ...status.failures]),
    };
    await (format === 'json'
      ? terminal.json(statusDocument(found))
      : terminal.out(statusLines(found, terminal.outColumns)));
    return statusExitCode(found);
  });
}
