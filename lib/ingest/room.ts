// How much memory and disk a conversion may use: a share, or all; a file for which all is too little is refused.
// conversion-limiter.ts decides who waits.
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

/** `bytes`: the file's estimated contents. */
export type Space = { readonly room: Room; readonly limit: SourceLimit; readonly bytes: number };

/** Up to this size, one thread converts a file faster than several threads. */
const LIGHT_BYTES = 1024 * 1024;
/** Each field costs DuckDB memory, even with few rows. */
const LIGHT_FIELDS = 500;

/** Throws NeedsRoomError if a share was too little; otherwise like `convert`, except for lack of memory. */
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
    // A file that does not fit alone will not fit the next time.
    return { outcome: 'rejected', violation: memoryViolation(sql.memoryMb) };
  }
}
