// What was set aside, and the tables that could not be read: as lines for people and as JSON for programs. Pure.
import type { SetAside } from '../core/set-aside.ts';
import type { TableFailure } from '../table-failures.ts';
import type { Terminal } from './terminal.ts';
import { count, firstWords } from './text.ts';

const MAX_NAMED = 10;

/** Lines without line ends; [] where there is nothing to say. `keys`: in landing, that wait for it. */
export function asideLines(aside: readonly SetAside[], keys: readonly string[] = []): string[] {
  if (aside.length === 0) return [];
  const waiting =
    keys.length === 0
      ? []
      : [
          `  ${count(keys.length, 'landing file')} may belong to these, and wait: ${firstWords(keys, MAX_NAMED)}`,
        ];
  return [
    'Set aside, with what depends on it; their tables and files stay as they are, and the others went on:',
    ...aside.flatMap(linesOf),
    ...waiting,
  ];
}

function linesOf({ error, held }: SetAside): string[] {
  return [
    ...error.lines.map((line) => `  ${line}`),
    ...(held.length === 0 ? [] : [`    held back with it: ${firstWords(held, MAX_NAMED)}`]),
  ];
}

/** Lines without line ends; [] where there is nothing to say. */
export function failureLines(failures: readonly TableFailure[]): string[] {
  if (failures.length === 0) return [];
  return [
    'Tables that could not be worked on; the others went on:',
    ...failures.map(({ table, message }) => `  ${table}: ${message}`),
  ];
}

/** The words are what programs read. */
export function asideDocument(aside: readonly SetAside[]): unknown[] {
  return aside.map(({ file, kind, names, error, held }) => ({
    file,
    kind,
    names,
    message: error.message,
    held,
  }));
}

/** For verbs that answer one question: it does not stop them, and is said on standard error. */
export function warnOfAside(terminal: Terminal, aside: readonly SetAside[]): void {
  terminal.err(asideLines(aside).map((line, index) => (index === 0 ? `warning: ${line}` : line)));
}
