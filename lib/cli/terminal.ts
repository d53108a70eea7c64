// Where a verb's output goes and its input comes from. The one seam to the screen: lines for people are made visible here,
// line by line, so that no name or cell can move the cursor, colour the screen or imitate our own lines.
import { isAbsolute, join } from 'node:path';
import { text as wholeText } from 'node:stream/consumers';
import { visible, visibleCsv, visibleJson } from '../core/visible-text.ts';
import { CliError } from '../errors.ts';

export type Terminal = {
  /** Lines for people on standard output: each is printed as exactly one line. Resolves as `data` does. */
  out(lines: readonly string[]): Promise<void>;
  /** A whole JSON document for programs on standard output. */
  json(document: unknown): Promise<void>;
  /**
   * A piece of a document for programs on standard output, with its own line ends. Resolves when the reader is ready
   * for more; output is dropped once the reader has closed it. Throws CliError if standard output cannot be written.
   */
  data(text: string, format: 'csv' | 'json'): Promise<void>;
  /** True if the reader of standard output has closed it (`sluice query … | head`). */
  outIsClosed(): boolean;
  /** Lines for people on standard error: warnings and errors. */
  err(lines: readonly string[]): void;
  /** A line of JSON on standard error. */
  errJson(document: unknown): void;
  /** A line on standard error that the next one overwrites: progress on a screen. Without a text: clears it. */
  errLine(text?: string): void;
  /** All of standard input, as UTF-8. */
  input(): Promise<string>;
  /** Standard input as UTF-8, line by line as they come; what stands behind the last line feed is one, too. */
  inputLines(): AsyncIterable<string>;
  /** The present width of the screen; undefined if standard output is a file or a pipe. */
  readonly outColumns: number | undefined;
  readonly errColumns: number | undefined;
  /** Where a person types and reads; undefined unless standard input and standard output both are a screen. */
  readonly screen?: Screen | undefined;
};

export type Screen = {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** The user's folder for what programs remember, of all programs; undefined if there is none. */
  readonly stateFolder: string | undefined;
};

/** The streams below a terminal: they write texts unchanged. */
export type Streams = Pick<Terminal, 'outIsClosed' | 'outColumns' | 'errColumns' | 'screen'> & {
  out(text: string): Promise<void>;
  err(text: string): void;
  readonly input: AsyncIterable<Uint8Array>;
};

export function terminalOver(streams: Streams): Terminal {
  const { outIsClosed, input, screen } = streams;
  const data: Terminal['data'] = (text, format) => {
    if (format === 'json') return streams.out(visibleJson(text));
    // A program gets every byte; a screen is only read by people.
    return streams.out(streams.outColumns === undefined ? text : visibleCsv(text));
  };
  return {
    out: (lines) => streams.out(textOf(lines)),
    json: (document) => data(`${JSON.stringify(document, null, 2)}\n`, 'json'),
    data,
    err: (lines) => streams.err(textOf(lines)),
    errJson: (document) => streams.err(`${visibleJson(JSON.stringify(document))}\n`),
    errLine: (text = '') => streams.err(`\r\u001b[K${visible(text)}`),
    outIsClosed,
    input: () => wholeText(input),
    inputLines: () => linesOf(input),
    get outColumns() {
      return streams.outColumns;
    },
    get errColumns() {
      return streams.errColumns;
    },
    screen,
  };
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of chunks) {
    const [first = '', ...further] = decoder.decode(chunk, { stream: true }).split('\n');
    parts.push(first);
    for (const next of further) {
      yield parts.join('');
      parts = [next];
    }
  }
  const rest = parts.join('') + decoder.decode();
  if (rest !== '') yield rest;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${visible(line)}\n`).join('');
}

/** Of a screen that does not say its width. */
const USUAL_COLUMNS = 80;

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  let isClosed = false;
  // Errors of standard output go to the writer; those of standard error cannot be reported anywhere.
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
    input: stdin,
    get outColumns() {
      return stdout.isTTY ? stdout.columns || USUAL_COLUMNS : undefined;
    },
    get errColumns() {
      return stderr.isTTY ? stderr.columns || USUAL_COLUMNS : undefined;
    },
    screen:
      stdin.isTTY && stdout.isTTY
        ? { input: stdin, output: stdout, stateFolder: stateFolder(process.env, process.platform) }
        : undefined,
  });
}

/** XDG Base Directory Specification: a path that is not absolute is ignored. */
export function stateFolder(
  { XDG_STATE_HOME: xdg, LOCALAPPDATA: windows, HOME: home }: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): string | undefined {
  if (xdg !== undefined && isAbsolute(xdg)) return xdg;
  if (platform === 'win32') return windows === '' ? undefined : windows;
  return home !== undefined && isAbsolute(home) ? join(home, '.local', 'state') : undefined;
}

/** The reader has exited, or the screen was closed. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO' || code === 'ECONNRESET' || code === 'ERR_STREAM_DESTROYED';
}

function unwritable(error: Error): CliError {
  return new CliError(
    `standard output cannot be written (${error.message}): free some space there, or redirect it elsewhere.`,
    1,
    { cause: error },
  );
}
