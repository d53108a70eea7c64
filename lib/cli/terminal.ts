// Where a verb's output goes and its input comes from. The one seam to the screen: lines for people are made visible here,
// line by line, so that no name and no cell can move the cursor, colour the screen or pretend to be a line of ours.
import { buffer } from 'node:stream/consumers';
import { CliError } from '../errors.ts';
import { visible, visibleCsv, visibleJson } from './visible-text.ts';

export type Terminal = {
  /** Lines for people on standard output: each becomes one line, whatever it holds. Resolves as `data` does. */
  out(lines: readonly string[]): Promise<void>;
  /** A whole JSON document for programs on standard output. */
  json(document: unknown): Promise<void>;
  /**
   * A piece of a document for programs on standard output, with its own line ends. Resolves when the reader has taken enough
   * to go on; what nobody reads any more is dropped. Throws CliError where standard output cannot be written.
   */
  data(text: string, format: 'csv' | 'json'): Promise<void>;
  /** True where whoever read standard output has gone (`sluice query … | head`). */
  outIsClosed(): boolean;
  /** Lines for people on standard error: warnings and errors. */
  err(lines: readonly string[]): void;
  /** A line of JSON on standard error. */
  errJson(document: unknown): void;
  /** The line on standard error that the next one takes the place of: progress on a screen. Without a text: none. */
  errLine(text?: string): void;
  /** All of standard input, as UTF-8. */
  input(): Promise<string>;
  /** The width of the screen that standard output is; undefined where it is a file or a pipe. */
  readonly outColumns: number | undefined;
  readonly errColumns: number | undefined;
};

/** What a terminal stands on: texts go out as they are. */
export type Streams = Pick<Terminal, 'outIsClosed' | 'input' | 'outColumns' | 'errColumns'> & {
  out(text: string): Promise<void>;
  err(text: string): void;
};

export function terminalOver(streams: Streams): Terminal {
  const { outIsClosed, input, outColumns, errColumns } = streams;
  const data: Terminal['data'] = (text, format) => {
    if (format === 'json') return streams.out(visibleJson(text));
    // A program gets every byte; on a screen nobody but a person reads it.
    return streams.out(outColumns === undefined ? text : visibleCsv(text));
  };
  return {
    out: (lines) => streams.out(textOf(lines)),
    json: (document) => data(`${JSON.stringify(document, null, 2)}\n`, 'json'),
    data,
    err: (lines) => streams.err(textOf(lines)),
    errJson: (document) => streams.err(`${visibleJson(JSON.stringify(document))}\n`),
    errLine: (text = '') => streams.err(`\r\u001b[K${visible(text)}`),
    outIsClosed,
    input,
    outColumns,
    errColumns,
  };
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${visible(line)}\n`).join('');
}

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  let isClosed = false;
  // What cannot be written is told to whoever writes; on standard error there is nobody to tell.
  stdout.on('error', () => {});
  stderr.on('error', () => {});
  return terminalOver({
    async out(text) {
      if (isClosed) return;
      const error = await new Promise<Error | null | undefined>((done) => stdout.write(text, done));
      if (!error) return;
      isClosed = true;
      if (!isGone(error)) throw unwritable(error);
    },
    outIsClosed: () => isClosed,
    err: (text) => void stderr.write(text),
    input: async () => new TextDecoder().decode(await buffer(stdin)),
    outColumns: stdout.isTTY ? stdout.columns : undefined,
    errColumns: stderr.isTTY ? stderr.columns : undefined,
  });
}

/** The reader has ended, or the screen was closed. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO' || code === 'ECONNRESET' || code === 'ERR_STREAM_DESTROYED';
}

function unwritable(error: Error): CliError {
  return new CliError(
    `standard output cannot be written (${error.message}): free some space there, or send it elsewhere.`,
    1,
    { cause: error },
  );
}
