// A dataset whose table names very many source files, as a log says it: made up, without the files.
import type { Dataset } from '../../lib/core/contract.ts';
import type { Add } from '../../lib/delta/actions.ts';
import { VERSION } from '../../lib/delta/arrival.ts';
import { allShares, tagsOfMoved } from '../../lib/lake/shares.ts';
import { CONTENT, originTags } from '../../lib/lake/tags.ts';

export const MANY_SOURCES = {
  name: 'events',
  resources: [
    {
      name: 'events',
      path: 'events/day=*/*.csv',
      partitionBy: ['day'],
      schema: {
        fields: [
          { name: 'id', type: 'integer' },
          { name: 'day', type: 'date' },
        ],
      },
    },
  ],
};

/** The data file of the `i`-th source: so many rows, with ids from `i * rows`. `perDay`: sources of a day. */
export function addOfSource({ hash }: Dataset, i: number, rows: number, perDay: number): Add {
  const day = new Date(Date.UTC(2020, 0, 1 + Math.floor(i / perDay))).toISOString().slice(0, 10);
  const id = `${String(i).padStart(8, '0')}-0000-4000-a000-000000000000`;
  const origin = originTags({
    source: `events/day=${day}/file-${i}.csv`,
    etag: `${id}-etag`,
    lastModifiedMs: Date.UTC(2024, 0, 1) + i,
    contract: hash,
    acceptedRows: rows,
    quarantinedRows: 0,
    skippedRows: 0,
    report: `${id}-report`,
    text: `${id}-text`,
  });
  const [first, last] = [i * rows, (i + 1) * rows - 1];
  return {
    path: `day=${day}/${id}.parquet`,
    partitionValues: { day },
    size: 2000,
    modificationTime: Date.UTC(2024, 0, 1),
    dataChange: true,
    stats: JSON.stringify({ numRecords: rows, minValues: { id: first }, maxValues: { id: last } }),
    tags: { ...origin, [CONTENT]: `${id}-content`, [VERSION]: '1' },
  };
}

/** One file with the rows of these, which are of one day, as `maintain` would name it. */
export function mergedAdd(dataset: Dataset, files: readonly Add[]): Add {
  const [first] = files as [Add];
  return {
    ...first,
    path: first.path.replace('.parquet', '-merged.parquet'),
    tags: tagsOfMoved(allShares(files), dataset.primaryKey),
  };
}
