// Live data files of a table as one SQL relation: their columns, the partition columns from the log, and, if requested,
// the log's facts about each row's source. Pure text; the caller has already downloaded the files.

import { type Column, sqlType } from '../core/schema.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { fileLiteral, identifier, list, literal } from '../sql/quoting.ts';

export type RelationFile = {
  readonly path: string;
  readonly partitionValues: PartitionValues;
  /** Where its rows are of several sources, which is asked for: of each run of rows. See shares.ts. */
  readonly runs?: readonly Run[];
  /** Present for arrivals: see SOURCE_COLUMNS. */
  readonly origin?: {
    readonly source: string;
    readonly lastModifiedMs: number;
    /** Of a replace dataset, see Standing in deliveries.ts: whether it counts, and its rank. */
    readonly newest: boolean;
    readonly delivery: number | null;
    /** See FIRST_ROW in tags.ts; absent: 0. */
    readonly firstRow?: number;
  };
};

/** Rows of one source, one after the other, the first of which is the file's row `firstRow`. */
export type Run = { readonly source: string; readonly lastModifiedMs: number; readonly firstRow: number };

const ROW = '_sluice_row';

/** The columns that a relation of arrivals has besides its own. */
export const SOURCE_COLUMNS: readonly { readonly name: string; readonly sqlType: string }[] = [
  { name: '_sluice_source', sqlType: 'VARCHAR' },
  { name: '_sluice_last_modified', sqlType: 'BIGINT' },
  { name: '_sluice_newest', sqlType: 'BOOLEAN' },
  { name: '_sluice_delivery', sqlType: 'BIGINT' },
  // A number that grows in the source's order: the row's place in its data file, behind the records before the file's.
  { name: ROW, sqlType: 'BIGINT' },
];

export type RelationShape = {
  readonly columns: readonly Column[];
  readonly partitionColumns: readonly string[];
  readonly withSource: boolean;
  /** Some files were written under another definition and may lack a column. */
  readonly mixed: boolean;
};

/** A SELECT; each column has its declared type even without files. */
export function relationSql(shape: RelationShape, files: readonly RelationFile[]): string {
  const typed = [
    ...shape.columns.map((column) => ({ name: column.name, sqlType: sqlType(column.type) })),
    ...(shape.withSource ? SOURCE_COLUMNS : []),
  ];
  const empty = `SELECT ${typed.map((c) => `CAST(NULL AS ${c.sqlType}) AS ${identifier(c.name)}`).join(', ')} WHERE false`;
  if (files.length === 0) return empty;
  const constants = new Map<string, readonly (string | null)[]>();
  for (const name of shape.partitionColumns)
    constants.set(
      name,
      files.map((file) => file.partitionValues[name] ?? null),
    );
  const isByRun = shape.withSource && files.some(({ runs }) => runs !== undefined);
  if (shape.withSource) {
    if (!isByRun) {
      constants.set(
        '_sluice_source',
        files.map((file) => file.origin?.source ?? null),
      );
      constants.set(
        '_sluice_last_modified',
        files.map((file) => String(file.origin?.lastModifiedMs ?? 0)),
      );
    }
    constants.set(
      '_sluice_newest',
      files.map((file) => String(file.origin?.newest ?? false)),
    );
    constants.set(
      '_sluice_delivery',
      files.map((file) => (file.origin?.delivery == null ? null : String(file.origin.delivery))),
    );
  }
  const stored = (name: string) => (name === ROW && shape.withSource ? rowNumber(files) : identifier(name));
  const select = typed
    .map(
      (c) =>
        `${constant(constants.get(c.name), c.sqlType) ?? `CAST(${stored(c.name)} AS ${c.sqlType})`} AS ${identifier(c.name)}`,
    )
    .join(', ');
  const data = `read_parquet(${list(files.map((file) => fileLiteral(file.path)))}, hive_partitioning = false${shape.mixed ? ', union_by_name = true' : ''})`;
  const read = isByRun ? withRuns(data, files) : data;
  if (!shape.mixed) return `SELECT ${select} FROM ${read}`;
  // A column that no file has must still exist: the empty relation provides it.
  const empties = typed
    .filter((c) => !constants.has(c.name) && c.name !== ROW)
    .map((c) => `CAST(NULL AS ${c.sqlType}) AS ${identifier(c.name)}`);
  const none = `SELECT ${[...empties, 'CAST(NULL AS UBIGINT) AS file_index', 'CAST(NULL AS BIGINT) AS file_row_number'].join(', ')} WHERE false`;
  return `SELECT ${select} FROM (${none} UNION ALL BY NAME SELECT *${isByRun ? '' : ', file_index, file_row_number'} FROM ${read})`;
}

/** The data files' rows with the columns of their sources: a row is of the last run that begins at it or before, and counted from there. */
function withRuns(data: string, files: readonly RelationFile[]): string {
  const runs = files.flatMap(({ runs, origin }, fileIndex) =>
    (runs ?? [{ source: origin?.source ?? '', lastModifiedMs: 0, firstRow: 0, ...origin }]).map(
      ({ source, lastModifiedMs, firstRow }) =>
        `(${fileIndex}, ${runs === undefined ? 0 : firstRow}, ${literal(source)}, ${lastModifiedMs})`,
    ),
  );
  return `(SELECT data.* REPLACE (data.file_row_number - run.first_row AS file_row_number), run._sluice_source, run._sluice_last_modified FROM
    (SELECT *, file_index, file_row_number FROM ${data}) AS data
    ASOF JOIN (VALUES ${runs.join(', ')}) AS run (file_index, first_row, _sluice_source, _sluice_last_modified)
    ON data.file_index = run.file_index AND data.file_row_number >= run.first_row)`;
}

function rowNumber(files: readonly RelationFile[]): string {
  const before = files.map(({ origin }) => String(origin?.firstRow ?? 0));
  return before.every((rows) => rows === '0')
    ? 'file_row_number'
    : `file_row_number + ${constant(before, 'BIGINT')}`;
}

/** One value per file, by the file's index in the list; a literal if all files agree. */
function constant(values: readonly (string | null)[] | undefined, type: string): string | undefined {
  if (values === undefined) return undefined;
  if (values.every((value) => value === values[0])) return `CAST(${literal(values[0] ?? null)} AS ${type})`;
  return `CAST(${list(values.map(literal))} AS ${type}[])[CAST(file_index AS BIGINT) + 1]`;
}
