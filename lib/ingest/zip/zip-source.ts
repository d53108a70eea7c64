// A zip archive as rows of texts: those of its members, one after the other. Each member has its own header and line numbers; keys,
// limits and the report are the archive's.
import type { Violation } from '../../core/violation.ts';
import { shown } from '../../core/violation.ts';
import { countFormatRecords, formatSource } from '../format-source.ts';
import { readBeginning } from '../packing.ts';
import { fileViolation, type RowSource, type SourceFile } from '../row-source.ts';
import { joinedSource, type Part } from './joined-source.ts';
import { type Member, unpackMembers } from './members.ts';

/** Throws as unpackMembers. */
export async function zipSource(file: SourceFile): Promise<RowSource | Violation> {
  const members = await unpackMembers(file);
  if ('rule' in members) return members;
  const parts: Part[] = [];
  for (const member of members) {
    const source = await opened(member);
    if ('rule' in source) return named(source, member.name);
    parts.push({ name: member.name, source });
  }
  return joinedSource(file, parts);
}

/** Throws as unpackMembers. */
export async function countZipRecords(file: SourceFile): Promise<number | Violation> {
  const members = await unpackMembers(file);
  if ('rule' in members) return members;
  let records = 0;
  for (const member of members) {
    const counted = await countFormatRecords(member.file);
    if (typeof counted !== 'number') return named(counted, member.name);
    records += counted;
  }
  return records;
}

async function opened({ file }: Member): Promise<RowSource | Violation> {
  const beginning = await readBeginning(file.path);
  if (beginning.foreign !== undefined)
    return fileViolation('source-error', `the member is ${beginning.foreign}`);
  if (beginning.packing === 'zip')
    return fileViolation('source-error', 'the member is a zip archive itself: pack its files in one archive');
  return formatSource({ ...file, beginning });
}

function named(violation: Violation, name: string): Violation {
  return { ...violation, message: `${shown(name)} in the archive: ${violation.message}` };
}
