// Pipes a generator through streams into a file, and waits until the generator has ended even if a stream fails (such as on
// a full disk). Node's pipeline does not wait: the generator could still be running a DuckDB query, which would hang
// forever once the session is closed.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

type Sinks = readonly [...NodeJS.ReadWriteStream[], NodeJS.WritableStream];

/** Resolves, or rejects with the first error, when the source has ended and the last stream has finished or failed. */
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
