// Law 4: a partition value is never null by accident. Keys and headers with folders and columns in any spelling: a file is
// rejected with its reason, or each of its rows is in the partition that its folder or its cell names.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convertSource } from '../../lib/ingest/convert.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

function contract(format: 'csv' | 'json', mode: 'append' | 'replace'): Dataset {
  const fields = [{ name: 'place', header: 'Ort', type: 'string' }, { name: 'n' }];
  const words = { format, mode, partitionBy: ['place'], maxRejectedRatio: 1 };
  const resource = { name: 'rows', path: '**', ...words, schema: { fields } };
  return parseContract(
    'p/datapackage.json',
    'p',
    JSON.stringify({ name: 'p', resources: [resource] }),
  )[0] as Dataset;
}

const NULL = '__HIVE_DEFAULT_PARTITION__';
const spelling = fc.constantFrom('place', 'Ort', 'PLACE', 'ort', 'palce', 'Orte', 'other', 'Place');
const value = fc.constantFrom('a', 'b', '', NULL);
const folder = fc.record({ name: spelling, value });
const file = fc.record({
  folders: fc.array(folder, { maxLength: 2 }),
  column: fc.option(spelling, { nil: undefined }),
  cells: fc.array(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 3 }),
});

type File = typeof file extends fc.Arbitrary<infer T> ? T : never;

let files = 0;
async function placesOf(dataset: Dataset, { folders, column, cells }: File) {
  const scratch = join(world.scratch, `places-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, `source.${dataset.format}`);
  const records = cells.map((cell, i) => ({
    ...(column === undefined ? {} : { [column]: cell }),
    n: String(i),
  }));
  const header = column === undefined ? 'n' : `${column},n`;
  const lines = records.map((record) => Object.values(record).join(','));
  await writeFile(
    path,
    dataset.format === 'json' ? JSON.stringify(records) : `${[header, ...lines].join('\n')}\n`,
  );
  const key = [...folders.map(({ name, value }) => `${name}=${value}`), 'x.csv'].join('/');
  return world.sql.session(async (session) => {
    const result = await convertSource(session, { dataset, key, path, scratch }, {});
    if (result.outcome === 'rejected') return result.violation;
    const places = new Map<string, string | null>();
    for (const { path: data, partition } of result.dataFiles) {
      const isColumn = !('place' in partition);
      const rows = await session.rows<{ n: string; place: string | null }>(
        `SELECT n${isColumn ? ', place' : ', NULL AS place'} FROM read_parquet('${data}', hive_partitioning = false)`,
      );
      for (const { n, place } of rows) places.set(n, isColumn ? place : (partition.place ?? null));
    }
    return places;
  });
}

const isPlace = (name: string) => ['place', 'ort'].includes(name.toLowerCase());

test.each([
  ['csv', 'append'],
  ['csv', 'replace'],
  ['json', 'append'],
] as const)('%s, %s', async (format, mode) => {
  const dataset = contract(format, mode);
  await fc.assert(
    fc.asyncProperty(file, async (one) => {
      const found = await placesOf(dataset, one);
      const named = one.folders.filter(({ name }) => isPlace(name));
      const hasColumn =
        one.column !== undefined &&
        (format === 'csv' ? one.column.toLowerCase() === 'ort' : one.column === 'Ort');
      if (!(found instanceof Map)) {
        expect(['partition-value', 'missing-label']).toContain(found.rule);
        expect(found.message).not.toBe('');
        // A file whose folders and column say one valid thing is not refused.
        const isRight = named.length === 1 && named[0]?.value !== '' && one.folders.length === 1;
        expect(isRight).toBe(false);
        return;
      }
      expect(named.length > 0 || hasColumn).toBe(true);
      for (const [n, place] of found) {
        const cell = hasColumn ? one.cells[Number(n)] : undefined;
        const texts = named.map(({ value }) => value);
        if (place === null) {
          expect(cell === '' || texts.includes(NULL)).toBe(true);
          expect(
            one.folders
              .filter(({ name }) => name === 'place' || name === 'Ort')
              .every(({ value }) => value === NULL),
          ).toBe(true);
        } else expect([cell, ...texts]).toContain(place);
        if (cell !== undefined && cell !== '') expect(place).toBe(cell);
      }
    }),
    tries(100),
  );
});
