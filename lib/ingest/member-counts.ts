// What a report says of the files in an archive: their names and records.
import { shortValue } from '../core/violation.ts';
import type { RecordCount, RowSource } from './row-source.ts';

export type MemberCount = { readonly name: string; readonly rows: number };

/** Nothing for a file that is no archive. */
export function memberCounts(
  { members }: RowSource,
  counted: RecordCount,
): { readonly members?: readonly MemberCount[] } {
  if (members === undefined) return {};
  return {
    members: members.map((name, i) => ({
      name: shortValue(name),
      rows: counted.members?.[i]?.records ?? 0,
    })),
  };
}
