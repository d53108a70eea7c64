// The text of several plain CSV files with one header as one relation, in which each row knows its file and its place there.
import type { PathTexts, TextSource } from '../../core/validation-sql.ts';
import { identifier } from '../../sql/quoting.ts';
import { columnRemarks } from '../column-remarks.ts';
import type { ColumnRemarks } from '../odd-columns.ts';
import type { SourceFile } from '../row-source.ts';
import { isMostlyIgnored, MAX_PLAIN_RECORD_BYTES, readCsv } from './csv-source.ts';
import { readHeader } from './header.ts';

/** See RowSource for what is not said here. `fileNumber`, `rowNumber`: columns of the relation, as texts; `path`: those of each file's path. */
export type BundledSource = {
  readonly relation: string;
  readonly texts: TextSource;
  readonly repeatedHeader?: string;
  readonly fileNumber: string;
  readonly rowNumber: string;
  readonly path: PathTexts;
  readonly ignored: readonly string[];
  readonly columnRemarks: ColumnRemarks;
  readonly missing: readonly string[];
};

/**
 * `leader`: a file of the header alone. `path`: the records of all files, without it; behind the cells of each are what its
 * file's key gives to the `pathFields`, and the numbers of its file and of its place there. A number comes last: the engine drops a
 * surplus empty cell, with which a record of too many cells would pass, its own cells in the place of these. Undefined where the
 * header leaves anything to be said about each file.
 */
export async function bundledSource(
  leader: SourceFile,
  path: string,
  pathFields: readonly string[],
): Promise<BundledSource | undefined> {
  const header = await readHeader(leader);
  if ('rule' in header || header.unnamed.length > 0 || isMostlyIgnored(header)) return undefined;
  const { delimiter, quoteChar } = leader.dataset.dialect;
  const { width, columns, repeated } = header;
  const relation = readCsv(path, {
    ...{
      delimiter,
      quoteChar,
      lineEnd: header.lineEnd,
      longest: MAX_PLAIN_RECORD_BYTES,
      skip: 0,
      packing: 'none',
    },
    ...{ hasHeader: false, columns: width + 2 + pathFields.length },
  });
  const repeatedHeader = repeated.sql([...columns.values()]);
  return {
    relation,
    texts: new Map([...columns].map(([field, index]) => [field, identifier(`c${index}`)])),
    ...(repeatedHeader === undefined ? {} : { repeatedHeader }),
    path: new Map(pathFields.map((field, i) => [field, identifier(`c${width + i}`)])),
    fileNumber: identifier(`c${width + pathFields.length}`),
    rowNumber: identifier(`c${width + pathFields.length + 1}`),
    ignored: header.ignored,
    columnRemarks: columnRemarks(header, []),
    missing: header.missing,
  };
}
