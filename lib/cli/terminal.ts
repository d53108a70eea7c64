// Where a verb's output goes and its input comes from: this process's streams, with what is known of their screens.
import { buffer } from 'node:stream/consumers';

export type Terminal = {
  /** Standard output. Resolves when the reader has taken enough to go on; what nobody reads any more is dropped. */
  out(text: string): Promise<void>;
  /** True where whoever read standard output has gone (`sluice query … | head`). */
  outIsClosed(): boolean;
  /** Standard error: progress, warnings and errors. */
  err(text: string): void;
  /** All of standard input, as UTF-8. */
  input(): Promise<string>;
  /** The width of the screen that standard output is; undefined where it is a file or a pipe. */
  readonly outColumns: number | undefined;
  readonly errColumns: number | undefined;
};

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  let isClosed = false;
  let goOn = () => {};
  stdout.on('error', (error) => {
    requireBrokenPipe(error);
    isClosed = true;
    goOn();
  });
  stderr.on('error', requireBrokenPipe);
  stdout.on('drain', () => goOn());
  return {
    async out(text) {
      if (isClosed || stdout.write(text)) return;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    },
    outIsClosed: () => isClosed,
    err: (text) => void stderr.write(text),
    input: async () => new TextDecoder().decode(await buffer(stdin)),
    outColumns: stdout.isTTY ? stdout.columns : undefined,
    errColumns: stderr.isTTY ? stderr.columns : undefined,
  };
}

function requireBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
