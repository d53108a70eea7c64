// Drafts from every sample and golden landing of the repository: each record is accepted, or is one that no contract could take.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DatasetDraft, draftDatasets } from '../../lib/draft/draft.ts';
import type { Sample } from '../../lib/draft/sample.ts';
import { useWorld } from '../support/use-world.ts';

const ROOT = join(import.meta.dirname, '../..');
const world = useWorld();

const goldens = readdirSync(join(ROOT, 'test/golden'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => join('test/golden', name, 'landing'));
const packages = readdirSync(join(ROOT, 'schemas')).map((name) => join('schemas', name, 'samples'));
const folders = [...packages, ...goldens].filter((folder) => existsSync(join(ROOT, folder)));

/** What is wrong with a record or a file by itself, whatever the contract's fields say. */
const STRUCTURAL = [
  ...['missing-cell', 'extra-cell', 'source-error', 'encoding-error', 'stray-quote', 'repeated-header'],
  ...['duplicate-label', 'partition-value', 'no-valid-rows'],
];

function samplesIn(folder: string): Sample[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(csv|tsv|txt|json|ndjson|jsonl)(\.gz|\.zst)?$/.test(entry.name))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const key = path.slice(join(ROOT, folder).length + 1);
      return { shown: key, path, key, place: key };
    })
    .sort((a, b) => (a.shown < b.shown ? -1 : 1));
}

function rulesOf({ samples }: DatasetDraft): string[] {
  return samples.flatMap(({ reason, counts }) => [
    ...(reason ? [reason.rule] : []),
    ...counts.map(({ rule }) => rule),
  ]);
}

const told = new Map<string, number>();

describe.each(folders)('%s', (folder) => {
  test('its draft takes every record that is one', async () => {
    const samples = samplesIn(folder);
    const limit = { bytes: 1e9, reason: 'the test', next: '' };
    const scratch = join(world.scratch, folder.replaceAll('/', '-'));
    const { datasets, refused } = await draftDatasets(world.sql, samples, { scratch, limit, package: 'p' });
    const drafted = datasets.flatMap((dataset) => dataset.samples.map(({ key }) => key));
    // No sample is lost: each is in one dataset, or said to be unreadable.
    expect([...drafted, ...refused.map(({ sample }) => sample.shown)].sort()).toEqual(
      samples.map(({ shown }) => shown),
    );
    expect(refused.filter(({ problem }) => problem === '')).toEqual([]);
    for (const dataset of datasets) {
      expect(
        rulesOf(dataset).filter((rule) => !STRUCTURAL.includes(rule)),
        dataset.resource.name,
      ).toEqual([]);
      for (const { rows, accepted, counts } of dataset.samples) {
        told.set('rows', (told.get('rows') ?? 0) + rows);
        told.set('accepted', (told.get('accepted') ?? 0) + accepted);
        if (accepted < rows) expect(counts.length).toBeGreaterThan(0);
      }
    }
  });
});

test('that is most of all records', () => {
  expect(told.get('rows')).toBeGreaterThan(15_000);
  expect((told.get('accepted') ?? 0) / (told.get('rows') ?? 1)).toBeGreaterThan(0.98);
});
