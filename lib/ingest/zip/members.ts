// Which members of a zip archive are read, and their text as files of their own: a number names each, never the archive.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { globMatcher } from '../../core/glob.ts';
import { shown, type Violation } from '../../core/violation.ts';
import { listed } from '../labels.ts';
import { pour } from '../pour.ts';
import { fileViolation, type SourceFile } from '../row-source.ts';
import { atMost, TooLargeError, unpacked } from '../source-bytes.ts';
import { officeWords } from './office-file.ts';
import { withZip, type ZipMember } from './zip-archive.ts';

/** Each is a file that the engine has open, and a part of its query. */
const MAX_READ = 1000;
/** What macOS puts into archives beside the files. */
const LEFT_OUT = /^__MACOSX\/|(?:^|\/)\.DS_Store$/;

/** A member on the disk, unpacked. `file`: as a source file, with a scratch folder of its own. */
export type Member = { readonly name: string; readonly file: SourceFile };

/** Sorted by name. Throws BrokenArchiveError, and TooLargeError if they hold more than the file's limit together. */
export function unpackMembers(file: SourceFile): Promise<readonly Member[] | Violation> {
  return withZip(file.path, async (all) => {
    const chosen = chooseMembers(file, all);
    return 'rule' in chosen ? chosen : writeMembers(file, chosen);
  });
}

function chooseMembers({ dataset }: SourceFile, all: readonly ZipMember[]): ZipMember[] | Violation {
  const names = all.map(({ name }) => name);
  const office = officeWords(names);
  if (office !== undefined) {
    const format = dataset.format === 'csv' ? 'CSV' : dataset.format;
    return fileViolation('source-error', `the file is ${office[0]}, not ${format}: ${office[1]}`);
  }
  const { innerPath } = dataset;
  const isMeant = innerPath === undefined ? (name: string) => !LEFT_OUT.test(name) : globMatcher(innerPath);
  const chosen = all.filter(({ name }) => isMeant(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (chosen.length === 0) return nothingChosen(innerPath, names);
  const twice = chosen.find(({ name }, i) => chosen[i + 1]?.name === name);
  if (twice)
    return fileViolation(
      'source-error',
      `the zip archive has two members named ${shown(twice.name)}, and nobody can say which is meant: leave one of them`,
      twice.name,
    );
  if (chosen.length > MAX_READ)
    return fileViolation(
      'source-error',
      `${chosen.length.toLocaleString('en-US')} members of the zip archive would be read, and at most ${MAX_READ.toLocaleString('en-US')} can be: split it, or choose fewer by innerPath`,
    );
  return chosen;
}

function nothingChosen(innerPath: string | undefined, names: readonly string[]): Violation {
  const what = names.length === 0 ? 'it is empty' : `it has ${listed(names)}`;
  const meant = innerPath === undefined ? 'no file' : `no file that innerPath ${shown(innerPath)} matches`;
  const next = innerPath === undefined ? 'send it again' : 'correct the innerPath, or the archive';
  return fileViolation('source-error', `the zip archive has ${meant}; ${what}: ${next}`);
}

async function writeMembers(file: SourceFile, members: readonly ZipMember[]): Promise<Member[]> {
  const most = file.limit?.bytes ?? Infinity;
  const told = members.reduce((sum, { bytes }) => sum + bytes, 0);
  if (told > most) throw new TooLargeError(told);
  const written: Member[] = [];
  let used = 0;
  for (const [i, member] of members.entries()) {
    const scratch = join(file.scratch, `member-${i}`);
    await mkdir(scratch);
    const path = join(scratch, 'unpacked');
    used += await writeMember(member, path, most, used);
    const { beginning: _, ...rest } = file;
    written.push({ name: member.name, file: { ...rest, path, scratch } });
  }
  return written;
}

/** Returns how many bytes it has, of which some were `used` by others. A member may itself be packed. */
async function writeMember(member: ZipMember, path: string, most: number, used: number): Promise<number> {
  let bytes = 0;
  async function* counted() {
    for await (const chunk of atMost(most - used, unpacked(member.read(), most - used))) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  try {
    await pour(counted(), createWriteStream(path));
  } catch (error) {
    if (error instanceof TooLargeError) throw new TooLargeError(used + error.bytes);
    throw error;
  }
  return bytes;
}
