import { describe, expect, it } from 'vitest';
import type { Action } from '../../lib/delta/actions.ts';
import { removeAction } from '../../lib/delta/partitions.ts';
import { type Entry, replay } from '../../lib/delta/snapshot.ts';
import { CorruptionError } from '../../lib/errors.ts';
import { FIRST, file, METADATA, NOW, paths } from './delta-table-case.ts';

function entries(...commits: (readonly Action[])[]): Entry[] {
  return commits.map((actions, version) => ({ version, actions }));
}

const info = (timestamp: number): Action => ({
  commitInfo: { timestamp, operation: 'WRITE', operationParameters: {}, engineInfo: 'sluice', txnId: 't' },
});

describe('replaying a log', () => {
  it('keeps the newest word on each file, transaction and setting', () => {
    const snapshot = replay(
      undefined,
      entries(
        [...FIRST, { add: file('a') }, { add: file('b') }],
        [removeAction(file('a'), NOW + 5), { add: file('c') }, { txn: { appId: 'x', version: 7 } }],
        [{ txn: { appId: 'x', version: 3 } }, { txn: { appId: 'y', version: 1 } }],
        [
          { metaData: { ...METADATA, configuration: { k: 'v' } } },
          { add: { ...file('b'), size: 5, dataChange: false } },
        ],
      ),
    );
    expect(snapshot.version).toBe(3);
    expect(paths(snapshot.files)).toEqual(['region=eu/b.parquet', 'region=eu/c.parquet']);
    expect(snapshot.files.get('region=eu/b.parquet')?.size).toBe(5);
    expect([...snapshot.tombstones.keys()]).toEqual(['region=eu/a.parquet']);
    expect(snapshot.txns.get('x')?.version).toBe(3);
    expect(snapshot.txns.get('y')?.version).toBe(1);
    expect(snapshot.metadata.configuration).toEqual({ k: 'v' });
  });

  it('brings a removed file back and takes its tombstone away', () => {
    const snapshot = replay(
      undefined,
      entries([...FIRST, { add: file('a') }], [removeAction(file('a'), NOW)], [{ add: file('a') }]),
    );
    expect(paths(snapshot.files)).toEqual(['region=eu/a.parquet']);
    expect(snapshot.tombstones.size).toBe(0);
  });

  it('has the time of the last commit, or else of the newest file', () => {
    expect(replay(undefined, entries([info(5), ...FIRST])).timestampMs).toBe(5);
    expect(replay(undefined, entries([info(5), ...FIRST], [{ add: file('a') }])).timestampMs).toBe(NOW);
    expect(replay(undefined, entries([info(5), ...FIRST, { add: file('a') }])).timestampMs).toBe(5);
  });

  it('leaves the snapshot that it starts from as it was', () => {
    const base = replay(undefined, entries([...FIRST, { add: file('a') }]));
    const next = replay(base, [{ version: 1, actions: [removeAction(file('a'), NOW)] }]);
    expect(paths(base.files)).toEqual(['region=eu/a.parquet']);
    expect(paths(next.files)).toEqual([]);
  });

  it('ignores actions of other writers that it does not know', () => {
    const foreign = {
      domainMetadata: { domain: 'd', configuration: '', removed: false },
    } as unknown as Action;
    expect(replay(undefined, entries([...FIRST, foreign])).version).toBe(0);
  });

  it.each<[string, readonly Entry[]]>([
    ['version 0 of the log has no protocol yet', entries([{ metaData: METADATA }])],
    [
      'version 0 of the log has no metaData yet',
      entries([{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }]),
    ],
    ['version 0 is missing from the log: version 1 comes next', [{ version: 1, actions: FIRST }]],
    [
      'version 1 is missing from the log: version 2 comes next',
      [
        { version: 0, actions: FIRST },
        { version: 2, actions: [] },
      ],
    ],
    [
      'requires reader version 3 and writer version 7; Sluice supports reader version 1 and writer version 2',
      entries(FIRST, [{ protocol: { minReaderVersion: 3, minWriterVersion: 7 } }]),
    ],
    [
      'requires reader version 1 and writer version 4',
      entries(FIRST, [{ protocol: { minReaderVersion: 1, minWriterVersion: 4 } }]),
    ],
    [
      'version 1 of the log has two actions for the file region=eu/a.parquet',
      entries(FIRST, [removeAction(file('a'), NOW), { add: file('a') }]),
    ],
    [
      'two actions for the transaction x',
      entries(FIRST, [{ txn: { appId: 'x', version: 1 } }, { txn: { appId: 'x', version: 2 } }]),
    ],
    ['two actions for metaData', entries([...FIRST, { metaData: METADATA }])],
  ])('refuses: %s', (message, log) => {
    expect(() => replay(undefined, log)).toThrow(CorruptionError);
    expect(() => replay(undefined, log)).toThrow(message);
  });
});
