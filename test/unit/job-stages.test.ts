// The stages of jobs, from results that are written here: what follows from them, and that no row is lost or doubled on the way.
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { nextPartitionStage, type PartitionDone } from '../../lib/jobs/partition-stages.ts';
import { nextSourceStage, type SourceDone } from '../../lib/jobs/source-stages.ts';
import type { PartitionWork, SourceWork } from '../../lib/lake/jobs.ts';

const file = (path: string) => ({
  path,
  partitionValues: {},
  size: 1,
  stats: '{"numRecords":1}',
  content: path,
});

describe('of a partition', () => {
  const work: PartitionWork = {
    kind: 'partition',
    table: 'insights/sums',
    definition: 'd',
    partition: {},
    versions: {},
    seen: 's',
    rowsBefore: 0,
    divided: { by: ['k'], shards: 2, groups: [['a'], ['b', 'c']] },
  };
  const cut: PartitionDone = {
    name: 'cut',
    tasks: [],
    results: [
      {
        rows: 3,
        files: [
          { shard: 0, file: 'a0' },
          { shard: 1, file: 'a1' },
        ],
      },
      { rows: 2, files: [{ shard: 1, file: 'b1' }] },
    ],
  };
  const computed = (...rows: number[]): PartitionDone => ({
    name: 'compute',
    tasks: [],
    results: rows.map((count, i) => ({ rows: count, failures: [], file: file(`f${i}`) })),
  });

  test('its files are cut, each shard is computed once, and all are audited together', () => {
    expect(nextPartitionStage(work, [])).toEqual({
      name: 'cut',
      tasks: [
        { kind: 'cut', paths: ['a'] },
        { kind: 'cut', paths: ['b', 'c'] },
      ],
    });
    expect(nextPartitionStage(work, [cut])).toEqual({
      name: 'compute',
      tasks: [
        { kind: 'compute', files: ['a0'] },
        { kind: 'compute', files: ['a1', 'b1'] },
      ],
    });
    const files = [file('f0'), file('f1')];
    expect(nextPartitionStage(work, [cut, computed(1, 4)])).toEqual({
      name: 'audit',
      tasks: [{ kind: 'audit', files }],
    });
    const failure = { audit: 'no_debt', severity: 'warn', offending: 1, example: 'x' } as const;
    const audited: PartitionDone = { name: 'audit', tasks: [], results: [{ failures: [failure] }] };
    expect(nextPartitionStage(work, [cut, computed(1, 4), audited])).toEqual({
      manifest: { files, failures: [failure] },
    });
  });

  test.each([
    ['lost', 3],
    ['doubled', 5],
  ])('a row that is %s between the tasks ends the job', (_, rows) => {
    expect(() => nextPartitionStage(work, [cut, computed(1, rows)])).toThrow(
      `insights/sums: 5 rows were cut into shards, which have ${rows + 1}. Nothing was committed.`,
    );
  });

  test('offending rows of all shards are counted; where the SQL fails nothing else is asked', () => {
    const failure = (audit: string, offending: number | null, example: string) =>
      ({ audit, severity: 'error', offending, example }) as const;
    const results = [
      { rows: 1, failures: [failure('partition', 2, 'first')] },
      { rows: 4, failures: [failure('partition', 3, 'second')] },
    ];
    const compute: PartitionDone = { name: 'compute', tasks: [], results };
    const audit: PartitionDone = { name: 'audit', tasks: [], results: [{ failures: [] }] };
    expect(nextPartitionStage(work, [cut, compute, audit])).toEqual({
      manifest: { files: [], failures: [failure('partition', 5, 'first')] },
    });
    const broken: PartitionDone = {
      name: 'compute',
      tasks: [],
      results: [
        { rows: 1, failures: [failure('computed', null, 'overflow')] },
        { rows: 4, failures: [] },
      ],
    };
    expect(nextPartitionStage(work, [cut, broken])).toEqual({
      manifest: { files: [], failures: [failure('computed', null, 'overflow')] },
    });
  });
});

describe('of a source file', () => {
  const resources = [{ name: 'rows', path: '*.csv', schema: { fields: [{ name: 'a', type: 'string' }] } }];
  const [dataset] = parseContract('p/datapackage.json', 'p', JSON.stringify({ name: 'p', resources }));
  const version = { key: 'a.csv', etag: 'e', sizeBytes: 14, lastModifiedMs: 0 };
  const work: SourceWork = {
    kind: 'source',
    dataset: 'rows',
    contract: 'c',
    table: 'tables/rows',
    version,
    begin: { headerBytes: 2, headerLines: 1, lastByte: 10, labels: ['a'], first: ['1'] },
  };
  const run = { end: 'record-start', records: 3, lines: 3, border: { position: 0, lines: 0 } } as const;
  const scan: SourceDone = {
    name: 'scan',
    tasks: [],
    results: [0, 1].map((block) => ({ scan: { 'record-start': run }, text: `${block}` })),
  };
  const block = (rows: number, quarantined: number) => ({
    ...{ outcome: 'accepted' as const, rows, acceptedRows: rows - quarantined, superseded: 0, skipped: [] },
    ...{ ignoredColumns: [], columnRemarks: {}, missingColumns: [], quotes: {}, keys: [] },
    files: [file(`f${rows}`)],
    ...(quarantined === 0 ? {} : { quarantine: { rows: quarantined, counts: [], examples: [], file: 'q' } }),
  });
  const convert = (...results: readonly ReturnType<typeof block>[]): SourceDone => {
    const spans = [
      { from: 2, to: 8, linesBefore: 0 },
      { from: 8, to: 14, linesBefore: 3 },
    ];
    const tasks = spans.map((span, i) => ({ kind: 'convert' as const, block: i, span, keyShards: 0 }));
    return { name: 'convert', tasks, results };
  };
  const next = (...done: SourceDone[]) => nextSourceStage(dataset as Dataset, work, 6, done);

  test('its blocks are scanned, and spans of whole records converted', () => {
    expect(next()).toEqual({
      name: 'scan',
      tasks: [
        { kind: 'scan', range: { from: 2, to: 8 }, isFirst: true, isLast: false },
        { kind: 'scan', range: { from: 8, to: 14 }, isFirst: false, isLast: true },
      ],
    });
    expect(next(scan)).toEqual({ name: 'convert', tasks: convert().tasks });
    expect(next(scan, convert(block(3, 0), block(3, 0)))).toMatchObject({
      manifest: { rows: 6, acceptedRows: 6, files: [{ firstRow: 0 }, { firstRow: 3 }] },
    });
  });

  test.each([
    ['lost', 2],
    ['counted twice', 4],
  ])('a record that is %s ends the job', (_, rows) => {
    expect(() => next(scan, convert(block(3, 0), block(rows, 0)))).toThrow(
      `a.csv: 6 records, but ${rows + 3} in its blocks. Nothing was committed`,
    );
  });

  test('a refused row that is lost when they are gathered ends the job', () => {
    const done = [scan, convert(block(3, 1), block(3, 2))];
    expect(next(...done)).toEqual({ name: 'quarantine', tasks: [{ kind: 'quarantine', files: ['q', 'q'] }] });
    const gathered = (rows: number): SourceDone => ({
      name: 'quarantine',
      tasks: [],
      results: [{ rows, content: 'h' }],
    });
    expect(() => next(...done, gathered(2))).toThrow('a.csv: 3 quarantined rows, but 2 in their file.');
    expect(next(...done, gathered(3))).toMatchObject({ manifest: { quarantine: { rows: 3, content: 'h' } } });
  });
});
