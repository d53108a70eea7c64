// Which parts of a workbook are read: the sheet that the contract means, the texts that cells share, and what the styles make of numbers.
// Links, macros, drawings and all else are never opened. ECMA-376 Part 1, sections 18.2 and 18.8; Part 2, section 9 (relationships).
import { posix } from 'node:path';
import type { SheetChoice } from '../../core/contract.ts';
import { shown } from '../../core/violation.ts';
import { listed } from '../labels.ts';
import { BrokenArchiveError } from '../source-bytes.ts';
import { officeWords, WORKBOOK } from '../zip/office-file.ts';
import type { ZipMember } from '../zip/zip-archive.ts';
import { builtInKind, formatKind, type NumberKind } from './number-format.ts';
import { type Attributes, brokenPart, parsedXml, prefixed } from './part-xml.ts';

export type Workbook = {
  readonly sheet: ZipMember;
  readonly sharedTexts?: ZipMember;
  /** By the number of a cell's style. */
  readonly kinds: readonly NumberKind[];
  /** Days count from 1904-01-01, as some workbooks of a Mac have it. */
  readonly is1904: boolean;
};

/** Unpacked, of the parts that are kept in memory. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/** Throws BrokenArchiveError, also where the workbook has not the sheet that is meant. */
export async function readWorkbook(
  members: readonly ZipMember[],
  choice: SheetChoice | undefined,
): Promise<Workbook> {
  const parts = new Parts(members);
  const main = await parts.main();
  const { root, sheets, is1904 } = await readMain(main);
  if (root !== 'workbook') throw parts.otherFile();
  const chosen = chooseSheet(sheets, choice);
  const relations = await parts.relations(main.name);
  const related = (id: string | undefined) => relations.find((relation) => relation.id === id);
  const sheet = related(chosen.id);
  const part = sheet && parts.at(sheet.target);
  if (sheet === undefined || part === undefined)
    throw brokenPart(main, `it names the sheet ${shown(chosen.name)}, and the workbook does not hold it`);
  if (sheet.type !== 'worksheet')
    throw new BrokenArchiveError(
      `${shown(chosen.name)} is not a worksheet (${shown(sheet.type)}): name another sheet in the contract's dialect (sheetName)`,
    );
  const byType = (type: string) => {
    const target = relations.find((relation) => relation.type === type)?.target;
    return target === undefined ? undefined : parts.at(target);
  };
  const [sharedTexts, styles] = [byType('sharedStrings'), byType('styles')];
  const kinds = styles === undefined ? [] : await readKinds(styles);
  return { sheet: part, kinds, is1904, ...(sharedTexts ? { sharedTexts } : {}) };
}

type Relation = { readonly id: string | undefined; readonly type: string; readonly target: string };

/** Names of parts differ in more than case. */
class Parts {
  readonly #members: readonly ZipMember[];

  constructor(members: readonly ZipMember[]) {
    this.#members = members;
  }

  at(name: string): ZipMember | undefined {
    const same = this.#members.filter((member) => member.name.toLowerCase() === name.toLowerCase());
    if (same.length > 1)
      throw new BrokenArchiveError(`the workbook has two parts named ${shown(name)}: send it again`);
    return same[0];
  }

  /** Throws BrokenArchiveError if there is none: the archive is another file. */
  async main(): Promise<ZipMember> {
    const target = (await this.relations('')).find(({ type }) => type === 'officeDocument')?.target;
    const main = target === undefined ? undefined : this.at(target);
    if (main === undefined || /\.bin$/i.test(main.name)) throw this.otherFile();
    return main;
  }

  otherFile(): BrokenArchiveError {
    const what = officeWords(this.#members.map(({ name }) => name))?.[0] ?? 'a zip archive';
    return new BrokenArchiveError(
      what === WORKBOOK
        ? 'the workbook is broken: it does not say which of its parts is the main one. Open it in a spreadsheet program, save it, and send it again'
        : `the file is ${what}, not ${WORKBOOK} (.xlsx): save it as one, and send it again`,
    );
  }

  /** Those of a part; of the package for ''. */
  async relations(of: string): Promise<Relation[]> {
    const folder = posix.dirname(of);
    const part = this.at(posix.join(folder, '_rels', `${posix.basename(of)}.rels`));
    if (part === undefined) return [];
    const found: Relation[] = [];
    await readSmall(part, ([, name], { Id, Type = '', Target = '', TargetMode }, depth) => {
      if (depth !== 2 || name !== 'Relationship' || TargetMode === 'External') return;
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target);
      found.push({ id: Id, type: Type.slice(Type.lastIndexOf('/') + 1), target });
    });
    return found;
  }
}

type NamedSheet = { readonly name: string; readonly id: string | undefined };

type Main = { readonly root: string; readonly sheets: readonly NamedSheet[]; readonly is1904: boolean };

async function readMain(main: ZipMember): Promise<Main> {
  const sheets: NamedSheet[] = [];
  let is1904 = false;
  let root = '';
  await readSmall(main, (path, attributes, depth) => {
    const { name = '', date1904 } = attributes;
    if (depth === 1) root = path[0] ?? '';
    if (depth === 2 && path[1] === 'workbookPr') is1904 = date1904 === '1' || date1904 === 'true';
    if (depth === 3 && path[1] === 'sheets' && path[2] === 'sheet')
      sheets.push({ name, id: prefixed(attributes, 'id') });
  });
  return { root, sheets, is1904 };
}

/** Hidden sheets count as well. */
function chooseSheet(sheets: readonly NamedSheet[], choice: SheetChoice = { number: 1 }): NamedSheet {
  const chosen =
    'name' in choice ? sheets.find(({ name }) => name === choice.name) : sheets[choice.number - 1];
  if (chosen !== undefined) return chosen;
  const wanted = 'name' in choice ? `sheet ${shown(choice.name)}` : `sheet number ${choice.number}`;
  const names = sheets.map(({ name }) => name);
  throw new BrokenArchiveError(
    `the workbook has no ${wanted}; it has ${names.length === 0 ? 'none' : listed(names)}. Correct the workbook, or the contract's dialect (sheetName, sheetNumber)`,
  );
}

/** Of each cell format (cellXfs), in their order. */
async function readKinds(styles: ZipMember): Promise<NumberKind[]> {
  const codes = new Map<number, string>();
  const formats: number[] = [];
  await readSmall(styles, (path, { numFmtId, formatCode = '' }, depth) => {
    if (depth !== 3) return;
    if (path[1] === 'numFmts' && path[2] === 'numFmt') codes.set(Number(numFmtId), formatCode);
    if (path[1] === 'cellXfs' && path[2] === 'xf') formats.push(Number(numFmtId ?? 0));
  });
  const kinds = new Map<number, NumberKind>();
  return formats.map((id) => {
    const code = codes.get(id);
    const kind = kinds.get(id) ?? (code === undefined ? builtInKind(id) : formatKind(code));
    kinds.set(id, kind);
    return kind;
  });
}

/** `depth`: of the element that opens, which is the last one of the path. */
type Opening = (path: readonly string[], attributes: Attributes, depth: number) => void;

async function readSmall(part: ZipMember, open: Opening): Promise<void> {
  if (part.bytes > MAX_KEPT_BYTES)
    throw brokenPart(part, `it has ${part.bytes} bytes, and at most ${MAX_KEPT_BYTES} are read of this part`);
  const events = {
    open: (path: readonly string[], attributes: Attributes) => open(path, attributes, path.length),
  };
  for await (const _ of parsedXml(part, events));
}
