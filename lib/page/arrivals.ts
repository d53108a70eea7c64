// A dataset's files by month and by period: the lists of files, and the calendar over them.
import type {
  ArrivalPeriod,
  ArrivalsDocument,
  FileList,
  FileRow,
  FilesDocument,
} from './dataset-documents.ts';
import type { ToldFile } from './known-files.ts';
import type { Ref } from './page-values.ts';
import type { Writing } from './writing.ts';

/** Month → its list. */
export type Lists = ReadonlyMap<string, FileList>;

/** The newest month first. `files`: sorted by period and name. A list is written where one of its rows changed. */
export async function fileLists(
  { site }: Writing,
  dataset: string,
  files: readonly ToldFile[],
): Promise<Lists> {
  const lists = new Map<string, FileList>();
  for (const [month, own] of [...byMonth(files)].sort(([a], [b]) => (a < b ? 1 : -1))) {
    const document = filesDocument(dataset, own);
    const list: Ref<FilesDocument> = await site.document('files', document, () => document);
    lists.set(month, { label: month, files: own.length, list });
  }
  return lists;
}

function byMonth(files: readonly ToldFile[]): Map<string, FileRow[]> {
  const months = new Map<string, FileRow[]>();
  for (const { row } of files) {
    const month = monthOf(row.period);
    const own = months.get(month);
    if (own) own.push(row);
    else months.set(month, [row]);
  }
  return months;
}

// By its first row: a month in which nothing changed has the very rows that it had when the page was last written.
const remembered = new WeakMap<FileRow, FilesDocument>();

function filesDocument(dataset: string, files: readonly FileRow[]): FilesDocument {
  const [first] = files;
  const before = first && remembered.get(first);
  const isSame =
    before?.dataset === dataset &&
    before.files.length === files.length &&
    before.files.every((row, i) => row === files[i]);
  if (isSame) return before;
  const document = { dataset, files };
  if (first) remembered.set(first, document);
  return document;
}

function monthOf(period: string): string {
  return period.slice(0, 7);
}

/** `missing`: period → expected files that have not come. */
export function arrivalsDocument(
  head: Pick<ArrivalsDocument, 'dataset' | 'unit' | 'from'>,
  files: readonly ToldFile[],
  lists: Lists,
  missing: ReadonlyMap<string, number>,
): ArrivalsDocument {
  const periods = new Map<string, ReturnType<typeof emptyPeriod>>();
  const periodOf = (period: string) => {
    const known = periods.get(period) ?? emptyPeriod(period);
    periods.set(period, known);
    return known;
  };
  for (const { row, counts } of files) {
    const period = periodOf(row.period);
    period.states[row.state] = (period.states[row.state] ?? 0) + 1;
    period.list = lists.get(monthOf(row.period))?.list ?? null;
    if (counts) {
      period.files += 1;
      period.rows += row.rows;
    }
    if (counts || row.state === 'rejected') period.refusedRows += row.refusedRows;
  }
  for (const [period, files] of missing) periodOf(period).missing = files;
  const sorted = [...periods.values()].sort((a, b) => (a.period < b.period ? -1 : 1));
  return { ...head, periods: sorted };
}

function emptyPeriod(period: string) {
  return {
    period,
    states: {} as { -readonly [State in keyof ArrivalPeriod['states']]: number },
    missing: 0,
    files: 0,
    rows: 0,
    refusedRows: 0,
    list: null as ArrivalPeriod['list'],
  };
}
