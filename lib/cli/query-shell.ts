// The shell of `sluice query`: statements over several lines up to a semicolon, commands that begin with a dot, history,
// completion. Each statement is answered from the lake as it is then; its errors end nothing but itself.
import { createInterface, type Interface } from 'node:readline';
import { isBlank, splitStatements } from '../sql/statements.ts';
import { type Asking, answerQuery } from './answer-query.ts';
import { complete, type Names } from './completion.ts';
import { saidOf } from './error-lines.ts';
import { type Format, writeRows } from './query-output.ts';
import { columnLines, loadNames, tableLines } from './shell-commands.ts';
import { ShellHistory } from './shell-history.ts';
import type { Screen } from './terminal.ts';

export type Shell = Omit<Asking, 'signal'> & { readonly format: Format };

const PROMPT = 'sluice> ';
const MORE = '   ...> ';

const COMMANDS: readonly (readonly [string, string])[] = [
  ['.tables', 'the tables and insights, with their rows'],
  ['.columns TABLE', 'the columns of one, with their types'],
  ['.help', 'this text'],
  ['.exit', 'leave; so does Ctrl-D'],
];
const COMMAND_WORDS = COMMANDS.map(([usage]) => usage.split(' ')[0] ?? '');

/** Resolves when the person leaves. */
export async function runShell(shell: Shell, screen: Screen): Promise<void> {
  const { terminal } = shell;
  const history = await ShellHistory.open(screen.stateFolder, (problem) =>
    terminal.err([`warning: ${problem}`]),
  );
  await terminal.out(greeting(shell));
  await new Session(shell, screen, history).left;
}

function greeting({ effects, asOf }: Shell): string[] {
  const { location } = effects.lake;
  return [
    asOf === undefined
      ? `The lake in ${location}: each query reads it as it is by then.`
      : `The lake in ${location} as of ${asOf.text}.`,
    'End a query with a semicolon. .help lists the commands, Tab completes names, Ctrl-D leaves.',
  ];
}

class Session {
  readonly left: Promise<void>;
  readonly #shell: Shell;
  readonly #history: ShellHistory;
  readonly #readline: Interface;
  /** Lines that were typed while a statement ran. */
  readonly #lines: string[] = [];
  /** The lines of a statement that is not ended yet. */
  #pending = '';
  #running: AbortController | undefined;
  /** What the arrow keys bring back: readline's own list. */
  #recalled: string[] = [];
  #isPasting = false;
  #isClosed = false;
  /** What Tab knows; read again after each statement. */
  #names: Promise<Names> | undefined;

  constructor(shell: Shell, screen: Screen, history: ShellHistory) {
    this.#shell = shell;
    this.#history = history;
    const typed = (chunk: Buffer | string) => {
      this.#isPasting = /\t[\s\S]/.test(String(chunk));
    };
    // Pasted text may hold tabs that ask for nothing, more of it after them. Before readline, which reads the same chunk.
    screen.input.prependListener('data', typed);
    this.#readline = createInterface({
      input: screen.input,
      output: screen.output,
      terminal: true,
      prompt: PROMPT,
      history: history.entries.slice(),
      completer: (line: string, done: Completed) => this.#complete(line, done),
    });
    this.left = new Promise((left) => {
      this.#readline.on('close', () => {
        this.#isClosed = true;
        screen.input.off('data', typed);
        // Below the prompt.
        if (this.#running === undefined) void shell.terminal.out(['']).then(left);
      });
      this.#readline.on('line', (line) => {
        this.#lines.push(line);
        if (this.#running === undefined) void this.#work().then(() => this.#isClosed && left());
      });
    });
    // Whole statements take the place of the lines that they were typed on.
    this.#readline.on('history', (entries) => {
      this.#recalled = entries;
      this.#showHistory();
    });
    this.#readline.on('SIGINT', () => void this.#interrupted());
    this.#readline.prompt();
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    const { terminal } = this.#shell;
    for (let line = this.#lines.shift(); line !== undefined && !this.#isClosed; line = this.#lines.shift()) {
      this.#running = new AbortController();
      try {
        await this.#take(line, this.#running.signal);
      } catch (error) {
        terminal.err(saidOf(error).lines);
      }
    }
    this.#running = undefined;
    if (!this.#isClosed) this.#prompt();
  }

  async #take(line: string, signal: AbortSignal): Promise<void> {
    const command = /^\s*\.(\S*)\s*(.*?)\s*;?\s*$/.exec(line);
    if (command && isBlank(this.#pending)) {
      await this.#remember(line);
      this.#pending = '';
      return this.#command(command[1] ?? '', command[2] ?? '');
    }
    const { statements, rest } = splitStatements(`${this.#pending}${line}\n`);
    this.#pending = isBlank(rest) ? '' : rest;
    for (const statement of statements) {
      if (signal.aborted) return;
      await this.#remember(ended(statement));
      await this.#answer(statement, signal).finally(() => {
        this.#names = undefined;
      });
    }
  }

  async #remember(statement: string): Promise<void> {
    await this.#history.add(statement);
    this.#showHistory();
  }

  #showHistory(): void {
    this.#recalled.splice(0, this.#recalled.length, ...this.#history.entries);
  }

  #answer(sql: string, signal: AbortSignal): Promise<void> {
    const { format, terminal } = this.#shell;
    return answerQuery({ ...this.#shell, signal }, sql, (session) =>
      writeRows(session, sql, format, terminal, signal),
    );
  }

  async #command(name: string, argument: string): Promise<void> {
    const { terminal } = this.#shell;
    if (name === 'exit' || name === 'quit') this.#readline.close();
    else if (name === 'tables') await terminal.out(await tableLines(this.#shell));
    else if (name === 'columns') await terminal.out(await columnLines(this.#shell, argument));
    else {
      if (name !== 'help') terminal.err([`Unknown command .${name}.`]);
      const width = Math.max(...COMMANDS.map(([usage]) => usage.length));
      await terminal.out([
        ...COMMANDS.map(([usage, meaning]) => `${usage.padEnd(width)}  ${meaning}`),
        'Anything else is SQL, up to a semicolon. Ctrl-C drops what is typed, or stops the query that runs.',
      ]);
    }
  }

  #prompt(): void {
    this.#readline.setPrompt(this.#pending === '' ? PROMPT : MORE);
    this.#readline.prompt();
  }

  /** Of the query that runs, or of what is typed. */
  async #interrupted(): Promise<void> {
    this.#lines.length = 0;
    if (this.#running) {
      this.#running.abort();
      return;
    }
    this.#pending = '';
    // To the end of the line, then all of it away.
    this.#readline.write(null, { ctrl: true, name: 'e' });
    await this.#shell.terminal.out(['^C']);
    this.#readline.write(null, { ctrl: true, name: 'u' });
    this.#prompt();
  }

  #complete(line: string, done: Completed): void {
    const token = /\S*$/.exec(line)?.[0] ?? '';
    if (this.#isPasting) {
      done(null, [[`${token} `], token]);
      return;
    }
    this.#names ??= loadNames(this.#shell);
    this.#names
      .then((names) => done(null, complete(names, COMMAND_WORDS, line, this.#pending)))
      // Completion does not report errors: the next query does.
      .catch(() => done(null, [[], token]));
  }
}

/** With its semicolon, which a comment at its end would swallow. */
function ended(statement: string): string {
  const isEnded = splitStatements(`${statement};`).rest === '';
  return isEnded ? `${statement};` : `${statement}\n;`;
}

type Completed = (error: null, result: [string[], string]) => void;
