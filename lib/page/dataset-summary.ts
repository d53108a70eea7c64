// Each dataset's line on the first screen, and its documents. One that cannot be told does not stop the others.
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import { CliError, CorruptionError } from '../errors.ts';
import type { DatasetFiles } from '../inspect/dataset-files.ts';
import type { DatasetStatus } from '../inspect/dataset-status.ts';
import { tableHistory, type VersionHistory } from '../inspect/history.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { goingOn, type TableFailure } from '../table-failures.ts';
import { arrivalsDocument, fileLists } from './arrivals.ts';
import { datasetDocument } from './dataset-document.ts';
import { waitingFiles } from './dataset-faults.ts';
import type { DatasetSummary } from './documents.ts';
import { filePeriods, missingByPeriod } from './file-periods.ts';
import { fileRows } from './file-rows.ts';
import type { State } from './page-values.ts';
import { refusals, refusedDocuments } from './refused.ts';
import { rowTrend } from './row-trend.ts';
import type { Summaries, Writing } from './writing.ts';

/** In the order of the catalog. */
export async function datasetSummaries(writing: Writing): Promise<Summaries<DatasetSummary>> {
  const { effects, status, files } = writing;
  const statuses = new Map(status.datasets.map((dataset) => [dataset.dataset, dataset]));
  const summaries: DatasetSummary[] = [];
  const failures: TableFailure[] = [];
  for (const dataset of effects.catalog.datasets) {
    const [own, found] = [statuses.get(dataset.name), files.get(dataset.name)];
    let summary = unknown(dataset);
    if (own && found)
      await goingOn(failures, tablePrefix(landingTable(dataset)), async () => {
        summary = await datasetSummary(writing, dataset, own, found);
      });
    summaries.push(summary);
  }
  return { summaries, failures };
}

/** Of a table that cannot be read. */
function unknown({ name, package: inPackage, description }: Dataset): DatasetSummary {
  const counts = { files: 0, rows: 0, refusedRows: 0, waiting: 0, rejected: 0, late: 0 };
  const never = {
    lastArrival: null,
    lastCommit: null,
    countedAt: null,
    version: null,
    trend: [],
    document: null,
    arrivals: null,
  };
  return { name, package: inPackage, description: description ?? null, state: 'fault', ...counts, ...never };
}

async function datasetSummary(
  writing: Writing,
  dataset: Dataset,
  own: DatasetStatus,
  found: DatasetFiles,
): Promise<DatasetSummary> {
  const { effects, hasLanding } = writing;
  const table = await readableLog(writing, `tables/${dataset.name}`);
  const history = table ? tableHistory(table) : [];
  return {
    name: dataset.name,
    package: dataset.package,
    description: dataset.description ?? null,
    state: stateOf(writing, own),
    files: own.files,
    rows: own.rows,
    refusedRows: own.openQuarantinedRows,
    waiting: hasLanding ? waitingFiles(own) : 0,
    rejected: own.rejected.length,
    late: hasLanding ? (own.overdue?.periods ?? 0) : 0,
    lastArrival: own.lastArrival,
    lastCommit: table ? new Date(table.timeOf(table.newest)).toISOString() : null,
    version: own.version,
    trend: table ? rowTrend(table, history, effects.clock()) : [],
    ...(await documents(writing, dataset, own, found, history)),
  };
}

async function documents(
  writing: Writing,
  dataset: Dataset,
  own: DatasetStatus,
  found: DatasetFiles,
  history: readonly VersionHistory[],
): Promise<Pick<DatasetSummary, 'countedAt' | 'document' | 'arrivals'>> {
  const { site, status, hasLanding } = writing;
  const { name } = dataset;
  const log = await readableLog(writing, tablePrefix(landingTable(dataset)));
  const all = refusals(found, own.settled);
  const documented = await refusedDocuments(writing, dataset, all);
  const refused = new Map(documented.map((one) => [one.source, one.refused]));
  let periods = filePeriods(dataset, []);
  const input = { dataset, found, settled: own.settled, unseen: status.unseen, hasLanding, log, refused };
  const files = fileRows(input, (sources) => {
    periods = filePeriods(dataset, sources);
    return periods;
  });
  const lists = await fileLists(writing, name, files);
  const missing = missingByPeriod(dataset, hasLanding ? own.overdue : null);
  const { unit, from } = periods;
  const calendar = arrivalsDocument({ dataset: name, unit, from }, files, lists, missing);
  const newest = files.find(
    ({ row: { lastModified, sizeBytes } }) => lastModified === own.lastArrival && sizeBytes !== null,
  );
  return {
    countedAt: newest?.row.committedAt ?? null,
    document: await datasetDocument(writing, dataset, {
      lists: [...lists.values()],
      history,
      all,
      refused: documented,
    }),
    arrivals: await site.document('arrivals', calendar, () => calendar),
  };
}

/** Undefined where there is none, and where its log lacks a part: that is a fault of its own, and the present is known without it. */
async function readableLog({ logs }: Writing, prefix: string): Promise<TableLog | undefined> {
  try {
    return await logs.find(prefix);
  } catch (error) {
    if (error instanceof CorruptionError || (error instanceof CliError && error.name === 'CliError'))
      return undefined;
    throw error;
  }
}

function stateOf({ status, hasLanding }: Writing, own: DatasetStatus): State {
  const tables = [`tables/${own.dataset}`, `arrivals/${own.dataset}`];
  const isChanged = status.foreign.some(({ table }) => tables.includes(table));
  const isCut = status.logs.some((problem) => tables.some((table) => problem.includes(`${table}/`)));
  const missing = hasLanding ? own.vanished.length + (own.overdue?.periods ?? 0) : 0;
  const refused = own.rejected.filter(({ reason }) => reason?.rule !== 'duplicate');
  if (isChanged || isCut || missing + refused.length > 0) return 'fault';
  const remarks = [own.shrunk, own.unmatched, own.duplicates, own.rejected].flat();
  const open = own.openQuarantinedRows + (hasLanding ? waitingFiles(own) : 0);
  return open + remarks.length > 0 ? 'attention' : 'well';
}
