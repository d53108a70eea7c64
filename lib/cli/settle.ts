// `sluice settle`: a person says that refused rows, or a refused file, need no more work, and why; or takes that back.
import { userInfo } from 'node:os';
import { UsageError } from '../errors.ts';
import { requireDataset } from '../inspect/find-table.ts';
import { findRejects, type SourceRejects } from '../inspect/rejects.ts';
import { settledText } from '../maintain/settled-text.ts';
import { reopen, settle as writeSettlement } from '../maintain/settlement.ts';
import type { TableFailure } from '../table-failures.ts';
import { failureLines, warnOfAside } from './aside-text.ts';
import { chosenFormat, limitOption, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import { landingKey, refusedOf, withoutLanding } from './refused-source.ts';
import { showRejects } from './rejects-output.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { type OpenedLake, withLake } from './with-lake.ts';

export const settle: Verb = {
  operand: { text: 'KEY', required: false },
  description: `Closes what is refused of a file, by its landing key or its path in the landing folder: "status" and "sync" do not
count it any more, "rejects" shows it with --all alone, and whoever was notified of it is told. Who, when and why are
kept in the lake. It holds for this version of the file, as long as it is refused for the same reasons: another
version, or another reason after a changed contract, is open again. No row changes.

Without KEY: what is open. Much closes without this: a new version that is accepted; and a rejected file whose content
is live from another file.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    { name: 'why', value: 'TEXT', description: 'The reason, for those who ask later. Needed with KEY.' },
    { name: 'who', value: 'NAME', description: 'Who says so. Default: your user name on this machine.' },
    { name: 'reopen', description: 'Takes a settlement of KEY back.' },
    { name: 'dataset', value: 'NAME', description: 'Without KEY: only files of this dataset.' },
    tableOrJson(
      'settled (source, dataset, etag, who, why, at), or without KEY a list as of "sluice rejects".',
    ),
    { name: 'limit', value: 'N', description: 'Without KEY: the most files in a table.', default: '100' },
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice settle', meaning: 'what is open' },
    {
      command: 'npx sluice settle shop/b.csv --why "resent as shop/b2.csv"',
      meaning: 'closes it',
    },
    { command: 'npx sluice settle shop/b.csv --reopen', meaning: 'opens it again' },
  ],
  exitCodes: [
    { code: 0, meaning: 'settled, reopened, or printed' },
    {
      code: FAULT,
      meaning: 'the lake does not exist, or a table or a definition cannot be read: see standard error',
    },
    { code: 2, meaning: 'wrong usage, or nothing of KEY is refused' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const limit = limitOption(args);
  const why = args.value('why')?.trim();
  requireFitting(args, why);
  const needs = { landing: 'wanted', lake: 'required', writes: args.operand !== undefined } as const;
  return withLake(args, terminal, needs, async (local) => {
    const { effects, locations } = local;
    if (!local.hasLanding) terminal.err([withoutLanding(locations.landing)]);
    if (args.operand === undefined) return showOpen(local, args, { format, limit, all: false }, terminal);
    const source = landingKey(locations.landing, args.operand);
    const found = await refusedOf(effects, source, undefined);
    if (found === undefined)
      throw new UsageError(
        `nothing of ${source} is refused, as far as it was read: there is nothing to settle`,
      );
    return args.flag('reopen')
      ? takeBack(local, found, terminal)
      : close(local, found, { who: args.value('who') ?? userName(), why: why ?? '' }, format, terminal);
  });
}

function requireFitting(args: Arguments, why: string | undefined): void {
  const reopens = args.flag('reopen');
  if (args.operand === undefined && (reopens || why !== undefined))
    throw new UsageError('sluice settle: KEY is missing: name the file that --why or --reopen is about');
  if (args.operand !== undefined && !reopens && (why ?? '') === '')
    throw new UsageError(`sluice settle: --why is missing: say why ${args.operand} needs no more work`);
  if (reopens && why !== undefined)
    throw new UsageError(
      'sluice settle: --why goes with a settlement, and --reopen takes one back: use one of them',
    );
}

async function showOpen(
  { effects }: OpenedLake,
  args: Arguments,
  shape: Parameters<typeof showRejects>[1],
  terminal: Terminal,
): Promise<number> {
  const dataset = args.value('dataset');
  if (dataset !== undefined) requireDataset(effects.catalog, dataset);
  const failures: TableFailure[] = [];
  await showRejects(openOnly(findRejects(effects, dataset, failures)), shape, terminal);
  warnOfAside(terminal, effects.catalog.aside);
  terminal.err(failureLines(failures));
  return failures.length + effects.catalog.aside.length > 0 ? FAULT : 0;
}

async function* openOnly(found: AsyncIterable<SourceRejects>): AsyncIterable<SourceRejects> {
  for await (const rejects of found) if (rejects.settled === undefined) yield rejects;
}

async function close(
  { effects }: OpenedLake,
  found: SourceRejects,
  said: { readonly who: string; readonly why: string },
  format: 'table' | 'json',
  terminal: Terminal,
): Promise<number> {
  const at = effects.clock().toISOString();
  const settlement = await writeSettlement(effects.lake, found, { ...said, at });
  const { source, dataset, etag } = settlement;
  if (format === 'json') await terminal.json({ source, dataset, etag, ...said, at });
  else await terminal.out([`${source} (${dataset}): ${settledText({ by: 'person', ...said, at })}`]);
  return 0;
}

async function takeBack({ effects }: OpenedLake, found: SourceRejects, terminal: Terminal): Promise<number> {
  const { source, dataset, etag, settled } = found;
  if (settled?.by !== 'person')
    throw new UsageError(`nobody settled ${source} as it is now: there is nothing to take back`);
  await reopen(effects.lake, dataset, source, etag);
  await terminal.out([`${source} (${dataset}) is open again.`]);
  return 0;
}

/** There are accounts without a name, in containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
