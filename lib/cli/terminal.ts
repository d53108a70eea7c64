// Where a verb's output goes and its input comes from: this process's streams, with what is known of their screens.
import { buffer } from 'node:stream/consumers';

export type Terminal = {
  /** Standard output. Resolves when the reader has taken enough to go on. */
  out(text: string): Promise<void>;
  /** Standard error: progress, warnings and errors. */
  err(text: string): void;
  /** All of standard input, as UTF-8. */
  input(): Promise<string>;
  /** The width of the screen that standard output is; undefined where it is a file or a pipe. */
  readonly outColumns: number | undefined;
  readonly errColumns: number | undefined;
};

export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endQuietly);
  return {
    out: (text) =>
      new Promise((resolve) => {
        if (process.stdout.write(text)) resolve();
        else process.stdout.once('drain', resolve);
      }),
    err: (text) => void process.stderr.write(text),
    input: async () => new TextDecoder().decode(await buffer(process.stdin)),
    outColumns: process.stdout.isTTY ? process.stdout.columns : undefined,
    errColumns: process.stderr.isTTY ? process.stderr.columns : undefined,
  };
}

/** `sluice query … | head`: whoever reads has seen enough. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}
