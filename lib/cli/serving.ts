// What verbs that serve the page share: the option --port, and which failures are told.
import { UsageError } from '../errors.ts';
import { PAGE_PORT } from '../local/serve-page.ts';
import { messageOf } from '../table-failures.ts';
import type { Terminal } from './terminal.ts';
import type { Arguments, Option } from './verb.ts';

export const PORT: Option = {
  name: 'port',
  value: 'N',
  description: `Serve the page on this port of 127.0.0.1, and on no other. Default: ${PAGE_PORT}, or the next free one.`,
};

/** Undefined if it was not given. Throws UsageError. */
export function portOption(args: Arguments): number | undefined {
  const text = args.value('port');
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new UsageError(`--port ${text}: write a whole number from 1 to 65535`);
}

/** Warns of a page that cannot be written, once for each reason: the work goes on, and the page before it stays. */
export function pageWarnings(terminal: Terminal): (error: unknown) => void {
  let told = '';
  return (error) => {
    const reason = messageOf(error);
    if (reason !== told) terminal.err([`warning: the page is not up to date: ${reason}`]);
    told = reason;
  };
}
