// Finds tables by their names, columns and descriptions, and files by their names. Every word of the reader must fit. Documents
// are loaded through a function, so that nothing here knows of a browser. Pure but for that.

import type { DatasetDocument, FileRow, FilesDocument } from '../dataset-documents.ts';
import type { ColumnsDocument, IndexDocument, LineageNode } from '../documents.ts';
import type { Ref } from '../page-values.ts';

export type TableHit = {
  readonly node: LineageNode;
  /** Those of which a word fits the name or the description. */
  readonly columns: readonly FoundColumn[];
};

export type FoundColumn = { readonly name: string; readonly description: string | null };

export function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Tables whose name fits come first. `described`: null while the columns' descriptions are not loaded. */
export function searchTables(
  index: IndexDocument,
  described: ColumnsDocument | null,
  words: readonly string[],
): TableHit[] {
  if (words.length === 0) return [];
  const descriptions = new Map(
    described?.tables.map(({ name, columns }) => [
      name,
      new Map(columns.map((column) => [column.name, column.description])),
    ]),
  );
  const packages = new Map(index.datasets.map(({ name, package: of }) => [name, of]));
  const hits = index.lineage.nodes.flatMap((node) => {
    const columns = node.columns.map((name) => ({
      name,
      description: descriptions.get(node.name)?.get(name) ?? null,
    }));
    const own = [node.name, node.description ?? '', packages.get(node.name) ?? ''];
    const texts = [...own, ...columns.map(columnText)];
    if (!words.every((word) => texts.some((text) => fits(text, word)))) return [];
    return [
      { node, columns: columns.filter((column) => words.some((word) => fits(columnText(column), word))) },
    ];
  });
  const isNamed = ({ node }: TableHit) => words.some((word) => fits(node.name, word));
  return hits.sort((a, b) => Number(isNamed(b)) - Number(isNamed(a)) || (a.node.name < b.node.name ? -1 : 1));
}

function columnText({ name, description }: FoundColumn): string {
  return `${name} ${description ?? ''}`;
}

function fits(text: string, word: string): boolean {
  return text.toLowerCase().includes(word);
}

export type FileHit = { readonly dataset: string; readonly label: string; readonly file: FileRow };

export type FileSearch = {
  readonly hits: readonly FileHit[];
  /** Lists of files that were looked through, of how many. */
  readonly looked: number;
  readonly lists: number;
  /** Datasets or lists that could not be loaded. */
  readonly failed: number;
  readonly isDone: boolean;
};

export const MOST_FILES = 50;
export const LEAST_CHARACTERS = 3;

type Load = <Document extends object>(ref: Ref<Document>) => Promise<Document>;

/** Newest periods first, over all datasets; what was found so far, after each list. Ends at 50 hits. */
export async function* searchFiles(
  index: IndexDocument,
  words: readonly string[],
  load: Load,
): AsyncGenerator<FileSearch> {
  const { lists, failed: lost } = await listsOf(index, load);
  const hits: FileHit[] = [];
  let failed = lost;
  for (const [at, { dataset, label, list }] of lists.entries()) {
    const files = await load<FilesDocument>(list).then(
      (document) => document.files,
      () => undefined,
    );
    if (files === undefined) failed += 1;
    for (const file of newestFirst(files ?? []))
      if (words.every((word) => fits(file.source, word)) && hits.length < MOST_FILES)
        hits.push({ dataset, label, file });
    const isDone = hits.length >= MOST_FILES || at === lists.length - 1;
    yield { hits: [...hits], looked: at + 1, lists: lists.length, failed, isDone };
    if (isDone) return;
  }
  if (lists.length === 0) yield { hits, looked: 0, lists: 0, failed, isDone: true };
}

function newestFirst(files: readonly FileRow[]): FileRow[] {
  return [...files].sort((a, b) => (a.period < b.period ? 1 : a.period > b.period ? -1 : 0));
}

type NamedList = { readonly dataset: string; readonly label: string; readonly list: Ref<FilesDocument> };

async function listsOf(index: IndexDocument, load: Load): Promise<{ lists: NamedList[]; failed: number }> {
  const lists: NamedList[] = [];
  let failed = 0;
  for (const { name, document } of index.datasets) {
    if (document === null) continue;
    const dataset = await load<DatasetDocument>(document).catch(() => undefined);
    if (dataset === undefined) failed += 1;
    for (const { label, list } of dataset?.lists ?? []) lists.push({ dataset: name, label, list });
  }
  return { lists: lists.sort((a, b) => (a.label < b.label ? 1 : a.label > b.label ? -1 : 0)), failed };
}
