// Opens the lake of a verb that reads it and nothing else, and closes it whatever happens.
import type { Effects } from '../lake/effects.ts';
import { locations } from './locations.ts';
import { terminalLog } from './log-lines.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LANDING } from './verb.ts';

/** For verbs that need no landing. Throws CliError where there is no lake. */
export async function withLake<T>(
  args: Arguments,
  terminal: Terminal,
  work: (effects: Effects) => Promise<T>,
): Promise<T> {
  const { openLake } = await import('../local/open-lake.ts');
  const { requireLake } = await import('../local/places.ts');
  const places = { ...locations(args), landing: LANDING.default ?? '' };
  await requireLake(places);
  const log = terminalLog(terminal, args.flag('verbose'));
  const local = await openLake(places, log, { readOnly: true });
  try {
    return await work(local.effects);
  } finally {
    await local.close();
  }
}
