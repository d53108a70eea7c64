// A shell of `sluice query` in this process: what a person types, and what the screen shows of it.
import { PassThrough, Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { terminalOver } from '../../lib/cli/terminal.ts';

export type ShellSession = {
  /** Keys, as a terminal sends them. */
  type(keys: string): void;
  /** What the screen shows since the last call, up to the match. */
  until(pattern: RegExp): Promise<string>;
  /** Types a line, and returns what stands between it and the next prompt. */
  say(line: string): Promise<string>;
  /** The exit code. */
  readonly ended: Promise<number>;
};

const PROMPT = /(?:^|\n)(?:sluice> | {3}\.\.\.> )$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences that move the cursor begin with one.
const MOVES = /\u001b\[[\d;]*[A-Za-z]/g;

/** Waits for the first prompt. */
export async function openShell(args: readonly string[], stateFolder?: string): Promise<ShellSession> {
  const input = new PassThrough();
  let shown = '';
  let seen = 0;
  let look = () => {};
  const show = (text: string) => {
    shown = `${shown}${text}`.replace(MOVES, '').replaceAll('\r\n', '\n');
    look();
  };
  const output = new Writable({
    write(chunk, _encoding, done) {
      show(String(chunk));
      done();
    },
  });
  const terminal = terminalOver({
    out: async (text) => show(text),
    err: show,
    outIsClosed: () => false,
    input: Readable.from([]),
    outColumns: 100,
    errColumns: 100,
    screen: { input, output, stateFolder },
  });
  const ended = main(['query', ...args], terminal);
  onTestFinished(() => void input.end());
  const until = (pattern: RegExp) =>
    new Promise<string>((found, failed) => {
      const late = setTimeout(() => failed(new Error(`${pattern} was not shown in time:\n${shown}`)), 30_000);
      look = () => {
        const rest = shown.slice(seen);
        const match = pattern.exec(rest);
        if (match === null) return;
        const end = match.index + match[0].length;
        seen += end;
        look = () => {};
        clearTimeout(late);
        found(rest.slice(0, end));
      };
      look();
    });
  const session: ShellSession = {
    type: (keys) => void input.write(keys),
    until,
    async say(line) {
      input.write(`${line}\r`);
      await until(/\n/);
      return (await until(PROMPT)).replace(PROMPT, '');
    },
    ended,
  };
  await until(PROMPT);
  return session;
}
