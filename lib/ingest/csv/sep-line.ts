// Excel's first line "sep=;" names the delimiter and is no record: skipped where the contract says the same, otherwise a reason to
// reject the file.
import { fieldHeaders } from '../../core/contract.ts';
import { quoted, type Violation } from '../../core/violation.ts';
import { readBeginning } from '../packing.ts';
import { fileViolation, type SourceFile, sourceBytes } from '../row-source.ts';

const SEP_LINE = /^"?sep=([^\r\n])"?(?:\r|\n|$)/i;
/** A text may begin so in any encoding. */
const MAY_BEGIN = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?"?\0?s\0?e\0?p\0?=/i;
const LONGEST_LINE = 16;

/** The same file where it has no such line, or its contract skips lines before the header itself. Throws as sourceBytes. */
export async function pastSepLine(file: SourceFile): Promise<SourceFile | Violation> {
  const { dataset } = file;
  const { dialect } = dataset;
  const beginning = file.beginning ?? (await readBeginning(file.path));
  const known = { ...file, beginning };
  const isPacked = beginning.packing !== 'none';
  if (dialect.skipLines > 0 || !(isPacked || mayBeSepLine(beginning.head))) return known;
  const named = SEP_LINE.exec(await firstText(known))?.[1];
  const isLabel = dataset.fields.some((field) => fieldHeaders(field).some((label) => /^sep=/i.test(label)));
  if (named === undefined || isLabel) return known;
  if (named === dialect.delimiter)
    return { ...known, hasSepLine: true, dataset: { ...dataset, dialect: { ...dialect, skipLines: 1 } } };
  return fileViolation(
    'source-error',
    `its first line says ${quoted(`sep=${named}`)}, and the delimiter of ${dataset.name} is ${quoted(dialect.delimiter)}: write "delimiter": ${quoted(named)} in the contract's dialect, or send the file as the contract has it`,
    `sep=${named}`,
  );
}

/** `head`: a file's first bytes. */
export function mayBeSepLine(head: Buffer): boolean {
  return MAY_BEGIN.test(head.toString('latin1'));
}

async function firstText(file: SourceFile): Promise<string> {
  for await (const chunk of sourceBytes(file)) return chunk.toString('utf8', 0, LONGEST_LINE);
  return '';
}
