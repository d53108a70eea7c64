// The statements that were typed into the shell, newest first, kept in a file between its runs: one a line, oldest first.
import { appendFile, chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { visible } from '../core/visible-text.ts';
import { onOneLine } from '../sql/statements.ts';

const MOST = 1000;

export class ShellHistory {
  /** readline reads it while it runs. */
  readonly entries: string[] = [];
  readonly #file: string | undefined;
  readonly #warn: (problem: string) => void;

  private constructor(file: string | undefined, warn: (problem: string) => void) {
    this.#file = file;
    this.#warn = warn;
  }

  /** `stateFolder`: without one, nothing is kept. What is wrong with the file is passed to `warn`, and stops nothing. */
  static async open(stateFolder: string | undefined, warn: (problem: string) => void): Promise<ShellHistory> {
    if (stateFolder === undefined) return new ShellHistory(undefined, warn);
    const folder = join(stateFolder, 'sluice');
    const file = join(folder, 'query_history');
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const lines = await readLines(file);
      if (lines.length > 2 * MOST) await shorten(file, lines.slice(-MOST));
      const history = new ShellHistory(file, warn);
      history.entries.push(...lines.slice(-MOST).reverse());
      return history;
    } catch (error) {
      warn(problemOf(file, error));
      return new ShellHistory(undefined, warn);
    }
  }

  /** On one line, or line by line where that would be another statement. */
  async add(statement: string): Promise<void> {
    const line = onOneLine(statement);
    const lines = (line === undefined ? statement.split(/\r?\n/) : [line]).filter(
      (text) => text.trim() !== '',
    );
    const [newest] = this.entries;
    if (lines.length === 0 || (lines.length === 1 && lines[0] === newest)) return;
    this.entries.unshift(...lines.toReversed());
    this.entries.length = Math.min(this.entries.length, MOST);
    if (this.#file === undefined) return;
    try {
      await appendFile(this.#file, `${lines.join('\n')}\n`, { mode: 0o600 });
    } catch (error) {
      this.#warn(problemOf(this.#file, error));
    }
  }
}

async function readLines(file: string): Promise<string[]> {
  try {
    // What was typed has no control characters; readline would print those of somebody else as they are.
    const lines = (await readFile(file, 'utf8')).split('\n');
    return lines.filter((line) => line !== '' && visible(line) === line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function shorten(file: string, lines: readonly string[]): Promise<void> {
  const next = `${file}.${process.pid}`;
  await writeFile(next, `${lines.join('\n')}\n`, { mode: 0o600 });
  await chmod(next, 0o600);
  await rename(next, file);
}

function problemOf(file: string, error: unknown): string {
  return `the history of queries is not kept in ${file}: ${error instanceof Error ? error.message : String(error)}`;
}
