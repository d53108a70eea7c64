// What a conversion may take of memory and disk: a share beside others, or all; and what becomes of a file that all is too
// little for. Whoever waits for whom is decided in conversion-limiter.ts.
import { OutOfMemoryError, type SqlEngine } from '../ports.ts';
import { FILES_AT_ONCE, NeedsRoomError, type Room } from './conversion-limiter.ts';
import {
  type Converted,
  type ConvertibleSource,
  type ConvertOptions,
  convertSource,
  type Refused,
} from './convert.ts';
import type { SourceLimit } from './row-source.ts';
import { memoryViolation } from './size-limit.ts';

/** `bytes`: what the file is taken to hold. */
export type Space = { readonly room: Room; readonly limit: SourceLimit; readonly bytes: number };

/** A file up to this size is converted by one thread in less time than several need to share it. */
const LIGHT_BYTES = 1024 * 1024;
/** Each field costs the engine memory, however few rows there are. */
const LIGHT_FIELDS = 500;

/** Throws NeedsRoomError where a share was too little, else as `convert` but for want of memory. */
export async function convertWithin(
  sql: SqlEngine,
  { room, limit, bytes }: Space,
  source: ConvertibleSource,
  options: ConvertOptions,
): Promise<Converted | Refused> {
  const isLight = room === 'shared' && bytes <= LIGHT_BYTES && source.dataset.fields.length <= LIGHT_FIELDS;
  const share = room === 'alone' ? limit : { ...limit, bytes: limit.bytes / FILES_AT_ONCE };
  try {
    const converted = await sql.session(
      (session) => convertSource(session, { ...source, limit: share }, options),
      isLight ? 'light' : 'full',
    );
    const isTooLarge = converted.outcome === 'rejected' && converted.violation.rule === 'too-large';
    if (isTooLarge && room === 'shared') throw new NeedsRoomError();
    return converted;
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    if (room === 'shared') throw new NeedsRoomError(error.message, { cause: error });
    // What has no room alone will have none the next time.
    return { outcome: 'rejected', violation: memoryViolation(sql.memoryMb) };
  }
}
