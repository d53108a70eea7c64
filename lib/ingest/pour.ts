// From a generator through streams into a file, so that whoever waits for it waits for all of it: a pipeline that fails, as
// on a full disk, gives up its source at once, and the source may still be in the middle of a question to the engine. To close
// the engine's session then would leave that question without an answer for ever.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

type Sinks = readonly [...NodeJS.ReadWriteStream[], NodeJS.WritableStream];

/** Resolves, or rejects with the first error, when the last stream has taken everything or failed and the source has ended. */
export async function pour(source: AsyncIterable<string | Uint8Array>, ...sinks: Sinks): Promise<void> {
  let ended: Promise<void> | undefined;
  async function* tracked() {
    let end = () => {};
    ended = new Promise((resolve) => {
      end = resolve;
    });
    try {
      yield* source;
    } finally {
      end();
    }
  }
  try {
    await pipeline([Readable.from(tracked()), ...sinks]);
  } finally {
    await ended;
  }
}
