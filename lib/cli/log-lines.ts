// The Log port of the command line: with --verbose every event as a line of JSON on standard error; otherwise only
// warnings and errors, as lines for people, except those that the verb prints itself.
import type { Log } from '../ports.ts';
import type { Terminal } from './terminal.ts';

const SAID_BY_THE_VERB = new Set([
  'ingest.unknown',
  'ingest.rejected',
  'ingest.shrunk',
  'ingest.unmatched',
  'ingest.duplicate',
  'refresh.audit_failed',
]);

export function terminalLog(terminal: Terminal, verbose: boolean): Log {
  return (level, event, fields) => {
    if (verbose) terminal.errJson({ at: new Date().toISOString(), level, event, ...fields });
    else if ((level === 'warn' || level === 'error') && !SAID_BY_THE_VERB.has(event)) {
      const details = Object.entries(fields).map(
        ([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
      terminal.err([`${level === 'warn' ? 'warning' : 'error'}: ${event} (${details.join(', ')})`]);
    }
  };
}
