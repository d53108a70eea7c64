// The search finds tables at once and files by looking through their lists, the newest first, and ends at fifty.
import { describe, expect, it } from 'vitest';
import { type FileSearch, searchFiles, searchTables, wordsOf } from '../../lib/page/app/word-search.ts';
import type { FileRow } from '../../lib/page/dataset-documents.ts';
import {
  type ColumnsDocument,
  type DatasetSummary,
  FORMAT,
  type IndexDocument,
  type LineageNode,
} from '../../lib/page/documents.ts';

const node = (name: string, description: string | null, columns: readonly string[]): LineageNode => ({
  ...{ name, description, columns, kind: 'dataset', state: 'well', rows: 0, rank: 0, order: 0 },
});

const dataset = (name: string): DatasetSummary => ({
  ...{ name, package: 'dwh-fina', description: null, state: 'well', files: 0, rows: 0, refusedRows: 0 },
  ...{
    waiting: 0,
    rejected: 0,
    late: 0,
    lastArrival: null,
    lastCommit: null,
    countedAt: null,
    version: null,
    trend: [],
  },
  ...{ document: `dataset-${name}`, arrivals: null },
});

const index: IndexDocument = {
  ...{
    format: FORMAT,
    lake: '',
    landing: '',
    writtenAt: '2024-01-01T00:00:00Z',
    options: '',
    faults: [],
    insights: [],
    columns: 'columns-1.js',
  },
  summary: {
    ...{ files: 0, waiting: 0, late: 0, rejected: 0 },
    ...{ refusedRows: 0, stalePartitions: 0, behindPartitions: 0 },
  },
  datasets: [dataset('billing'), dataset('costs')],
  lineage: {
    nodes: [
      node('costs', 'What billing leaves out', ['amount']),
      node('billing', 'Charges by team', ['team', 'Amount_EUR']),
    ],
    edges: [],
  },
};

const file = (source: string, period: string): FileRow => ({
  ...{ source, period, state: 'live', reason: null, rows: 1, refusedRows: 0, skippedRows: 0, sizeBytes: 1 },
  ...{ lastModified: '2024-01-01T00:00:00Z', version: 0, committedAt: null, before: [], refused: null },
});

/** Lists of a dataset are named `files-<dataset>-<label>`. */
function loader(lists: Readonly<Record<string, readonly string[]>>) {
  return <Document extends object>(ref: string): Promise<Document> => {
    const own = Object.keys(lists).filter((name) =>
      name.startsWith(`files-${ref.slice('dataset-'.length)}-`),
    );
    const found = ref.startsWith('dataset-')
      ? { lists: own.map((name) => ({ label: name.slice(-7), files: 1, list: name })) }
      : {
          files: lists[ref]?.map((source, at) =>
            file(source, `${ref.slice(-7)}-${String(at + 1).padStart(2, '0')}`),
          ),
        };
    if (ref === 'files-costs-2024-03') return Promise.reject(new Error('gone'));
    return Promise.resolve(found as unknown as Document);
  };
}

async function all(words: string, lists: Readonly<Record<string, readonly string[]>>): Promise<FileSearch[]> {
  const steps: FileSearch[] = [];
  for await (const step of searchFiles(index, wordsOf(words), loader(lists))) steps.push(step);
  return steps;
}

describe('tables', () => {
  const found = (words: string) =>
    searchTables(index, null, wordsOf(words)).map((hit) => [
      hit.node.name,
      ...hit.columns.map(({ name }) => name),
    ]);

  it('are found by name, column and description, those of that name first', () => {
    expect(found('billing')).toEqual([['billing'], ['costs']]);
    expect(found('AMOUNT')).toEqual([
      ['billing', 'Amount_EUR'],
      ['costs', 'amount'],
    ]);
    expect(found('amount team')).toEqual([['billing', 'team', 'Amount_EUR']]);
    expect(found('dwh-fina charges')).toEqual([['billing']]);
    expect(found(' ')).toEqual([]);
  });

  it('are found by what their columns mean, once that is loaded', () => {
    const described: ColumnsDocument = {
      tables: [{ name: 'costs', columns: [{ name: 'amount', description: 'Net of VAT [EUR]' }] }],
    };
    expect(found('vat')).toEqual([]);
    expect(
      searchTables(index, described, wordsOf('vat net')).map((hit) => [hit.node.name, hit.columns]),
    ).toEqual([['costs', [{ name: 'amount', description: 'Net of VAT [EUR]' }]]]);
  });
});

describe('files', () => {
  it('come the newest first, with what was looked through', async () => {
    const steps = await all('.CSV a', {
      'files-billing-2024-01': ['a-old.csv', 'b.csv'],
      'files-costs-2024-02': ['a-1.csv', 'a-2.csv'],
    });
    expect(
      steps.map(({ hits, looked, lists, isDone }) => [
        hits.map((hit) => hit.file.source),
        looked,
        lists,
        isDone,
      ]),
    ).toEqual([
      [['a-2.csv', 'a-1.csv'], 1, 2, false],
      [['a-2.csv', 'a-1.csv', 'a-old.csv'], 2, 2, true],
    ]);
  });

  it('end at fifty', async () => {
    const many = Array.from({ length: 60 }, (_, at) => `a-${at}.csv`);
    const steps = await all('a', { 'files-billing-2024-02': many, 'files-billing-2024-01': ['a.csv'] });
    expect(steps.map(({ hits, looked, isDone }) => [hits.length, looked, isDone])).toEqual([[50, 1, true]]);
  });

  it('are still found where one list cannot be loaded, and that is said', async () => {
    const last = (
      await all('a', { 'files-costs-2024-03': ['a.csv'], 'files-billing-2024-01': ['a.csv'] })
    ).at(-1);
    expect(last).toMatchObject({ failed: 1, looked: 2, isDone: true, hits: [{ label: '2024-01' }] });
  });

  it('are none in an empty lake', async () => {
    expect(await all('a', {})).toEqual([{ hits: [], looked: 0, lists: 0, failed: 0, isDone: true }]);
  });
});
