// A dataset's files by month and by period: the lists of files, and the calendar over them.
import type {
  ArrivalPeriod,
  ArrivalsDocument,
  FileList,
  FileRow,
  FilesDocument,
} from './dataset-documents.ts';
import type { FileRows } from './file-rows.ts';
import type { Ref } from './page-values.ts';
import type { Writing } from './writing.ts';

/** Month → its list. */
export type Lists = ReadonlyMap<string, FileList>;

/** The newest month first. `rows`: sorted by period and name. A list is written where one of its rows changed. */
export async function fileLists(
  { site }: Writing,
  dataset: string,
  rows: readonly FileRow[],
): Promise<Lists> {
  const lists = new Map<string, FileList>();
  for (const [month, own] of [...byMonth(rows)].sort(([a], [b]) => (a < b ? 1 : -1))) {
    const document: FilesDocument = { dataset, files: own };
    const list: Ref<FilesDocument> = await site.document('files', document, () => document);
    lists.set(month, { label: month, files: own.length, list });
  }
  return lists;
}

function byMonth(rows: readonly FileRow[]): Map<string, FileRow[]> {
  const months = new Map<string, FileRow[]>();
  for (const row of rows) {
    const month = monthOf(row.period);
    const own = months.get(month);
    if (own) own.push(row);
    else months.set(month, [row]);
  }
  return months;
}

function monthOf(period: string): string {
  return period.slice(0, 7);
}

/** `missing`: period → expected files that have not come. */
export function arrivalsDocument(
  head: Pick<ArrivalsDocument, 'dataset' | 'unit' | 'from'>,
  { rows, counted }: FileRows,
  lists: Lists,
  missing: ReadonlyMap<string, number>,
): ArrivalsDocument {
  const periods = new Map<string, ReturnType<typeof emptyPeriod>>();
  const periodOf = (period: string) => {
    const known = periods.get(period) ?? emptyPeriod(period);
    periods.set(period, known);
    return known;
  };
  for (const row of rows) {
    const period = periodOf(row.period);
    period.states[row.state] = (period.states[row.state] ?? 0) + 1;
    period.list = lists.get(monthOf(row.period))?.list ?? null;
    const counts = counted.has(row.source);
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
