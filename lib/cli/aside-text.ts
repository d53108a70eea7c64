// Definitions that were set aside and tables that could not be read: as lines for people and as JSON for programs. Pure.
import type { SetAside } from '../core/set-aside.ts';
import type { TableFailure } from '../table-failures.ts';
import type { Terminal } from './terminal.ts';
import { count, firstWords } from './text.ts';

const MAX_NAMED = 10;

/** Lines without line ends; [] if there is nothing to report. `keys`: landing files that wait for a definition. */
export function asideLines(aside: readonly SetAside[], keys: readonly string[] = []): string[] {
  if (aside.length === 0) return [];
  const waiting =
    keys.length === 0
      ? []
      : [
          `  ${count(keys.length, 'landing file')} may belong to these and wait: ${firstWords(keys, MAX_NAMED)}`,
        ];
  return [
    'Set aside, with everything that depends on it (their tables and files are unchanged; all others were processed):',
    ...aside.flatMap(linesOf),
    ...waiting,
  ];
}

function linesOf({ error, held }: SetAside): string[] {
  return [
    ...error.lines.map((line) => `  ${line}`),
    ...(held.length === 0 ? [] : [`    also held back: ${firstWords(held, MAX_NAMED)}`]),
  ];
}

/** Lines without line ends; [] if there is nothing to report. */
export function failureLines(failures: readonly TableFailure[]): string[] {
  if (failures.length === 0) return [];
  return [
    'Tables that could not be processed (all others were):',
    ...failures.map(({ table, message }) => `  ${table}: ${message}`),
  ];
}

/** Programs read these property names. */
export function asideDocument(aside: readonly SetAside[]): unknown[] {
  return aside.map(({ file, kind, names, error, held }) => ({
    file,
    kind,
    names,
    message: error.message,
    messages: error.lines,
    held,
  }));
}

/** For verbs that answer one question: a warning on standard error, which does not stop them. */
export function warnOfAside(terminal: Terminal, aside: readonly SetAside[]): void {
  terminal.err(asideLines(aside).map((line, index) => (index === 0 ? `warning: ${line}` : line)));
}
