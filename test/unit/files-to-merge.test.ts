// Which data files are merged with which: small ones of one partition, made of a source's rows under the table's contract.
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import type { Add } from '../../lib/delta/actions.ts';
import type { Snapshot } from '../../lib/delta/snapshot.ts';
import { allShares, tagsOfMoved } from '../../lib/lake/shares.ts';
import { FIRST_ROW, originTags, roleTags } from '../../lib/lake/tags.ts';
import { filesToMerge } from '../../lib/maintain/compact.ts';

const dataset = { name: 'items', hash: 'now' } as Dataset;
const COMPACTION = { targetBytes: 100, mostSources: 4, leastFiles: 3 };

function fileOf(name: string, day: string, size: number, more: Readonly<Record<string, string>> = {}): Add {
  const origin = { source: name, etag: 'e', lastModifiedMs: 0, contract: 'now', acceptedRows: 1 };
  const tags = { ...originTags({ ...origin, quarantinedRows: 0, skippedRows: 0 }), ...more };
  const stats = '{"numRecords":1}';
  return {
    path: `${day}/${name}`,
    partitionValues: { day },
    size,
    modificationTime: 0,
    dataChange: true,
    stats,
    tags,
  };
}

function merged(name: string, day: string, files: readonly Add[]): Add {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return { ...fileOf(name, day, size), tags: tagsOfMoved(allShares(files), []) };
}

function groupsOf(files: readonly Add[], { contract = 'now', foreign = 0 } = {}): string[][] {
  const snapshot = {
    files: new Map(files.map((file) => [file.path, file])),
    metadata: { partitionColumns: ['day'], configuration: { 'sluice.contract': contract } },
    foreign: Array.from({ length: foreign }, () => ({})),
  } as unknown as Snapshot;
  return filesToMerge(dataset, snapshot, COMPACTION).map((group) => group.map(({ path }) => path));
}

const three = ['c', 'a', 'b'].map((name) => fileOf(name, '1', 10));

test('small files of one partition, in the order of their sources', () => {
  expect(groupsOf([...three, fileOf('d', '2', 10), fileOf('e', '2', 10)])).toEqual([['1/a', '1/b', '1/c']]);
});

test('a group is full at its bytes or its sources, and one file alone is left', () => {
  const heavy = ['a', 'b', 'c', 'd', 'e'].map((name) => fileOf(name, '1', 40));
  expect(groupsOf(heavy)).toEqual([
    ['1/a', '1/b'],
    ['1/c', '1/d'],
  ]);
  const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => fileOf(name, '1', 1));
  expect(groupsOf(many)).toEqual([
    ['1/a', '1/b', '1/c', '1/d'],
    ['1/e', '1/f'],
  ]);
});

test('what is large, or has many sources already, is left alone', () => {
  expect(groupsOf([...three, fileOf('big', '1', 51)])).toEqual([['1/a', '1/b', '1/c']]);
  const full = merged('full', '1', [fileOf('x', '1', 1), fileOf('y', '1', 1), fileOf('z', '1', 1)]);
  expect(groupsOf([...three, full])).toEqual([['1/a', '1/b', '1/c']]);
  const two = merged('two', '1', [fileOf('x', '1', 1), fileOf('y', '1', 1)]);
  expect(groupsOf([three[0] as Add, three[1] as Add, two])).toEqual([['1/two', '1/a', '1/c']]);
});

test.each([
  ['of an older contract', { 'sluice.contract': 'before' }],
  ['with the later rows of a source', { [FIRST_ROW]: '7' }],
  ['that stands for a refused file', roleTags('refused')],
])('a file %s is left alone', (_, tags) => {
  expect(groupsOf([...three, fileOf('d', '1', 10, tags)])).toEqual([['1/a', '1/b', '1/c']]);
});

test('nothing is merged under another contract, or where another program wrote', () => {
  expect(groupsOf(three, { contract: 'other' })).toEqual([]);
  expect(groupsOf(three, { foreign: 1 })).toEqual([]);
  const unnamed = { ...fileOf('d', '1', 10), tags: { 'sluice.contract': 'now' } };
  expect(groupsOf([...three, unnamed])).toEqual([]);
});
