// The folders that a verb works on, from its options; and how they are named to people.
import { relative } from 'node:path';
import type { LakeLocations } from '../local/open-lake.ts';
import type { Arguments } from './verb.ts';

export function locations(args: Arguments): LakeLocations {
  return {
    landing: args.value('landing') ?? '',
    lake: args.value('lake') ?? '',
    schemas: args.value('schemas') ?? '',
  };
}

/** As one would type it here: relative where that is shorter, quoted where a shell wants it. */
export function typed(path: string): string {
  const way = relative(process.cwd(), path);
  const shown = way === '' ? '.' : way.length < path.length ? way : path;
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}
