// Law 8, for the disk: beside its source a conversion needs no more than twice the room that the source takes, whatever is
// wrong with its rows, where the engine reads the file itself. A function refuses what is larger than a third of its disk.
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convert } from '../../lib/ingest/convert.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const CONTRACT = JSON.stringify({
  name: 'meters',
  resources: [
    {
      name: 'readings',
      path: '*.csv',
      format: 'csv',
      schema: {
        fields: [
          { name: 'id', type: 'integer' },
          { name: 'meter', type: 'string', constraints: { pattern: '[a-z]{3}' } },
          { name: 'reading', type: 'number' },
        ],
      },
    },
  ],
});
const [dataset] = parseContract('meters/datapackage.json', 'meters', CONTRACT) as [Dataset];
const ROWS = 100_000;

test.each<[string, (row: number) => string]>([
  ['all rows good', (row) => `${row},abc,${row % 977}.5`],
  ['no row good, for one reason each', (row) => `${row},abc,"${row % 977},5"`],
  ['no row good, for two reasons each', (row) => `${row},a${row}bc,"${row % 977},5"`],
  ['no row a row', (row) => `${row},abc`],
])('%s', async (name, record) => {
  const scratch = join(world.scratch, name.replaceAll(/\W/g, '-'));
  await mkdir(scratch);
  const path = join(world.scratch, `${name}.csv`);
  const text = `id,meter,reading\n${Array.from({ length: ROWS }, (_, row) => record(row)).join('\n')}\n`;
  await writeFile(path, text);
  const converted = await world.sql.session((session) =>
    convert(session, { dataset, path, fromPath: new Map(), scratch }),
  );
  expect(converted.rows).toBe(ROWS);
  // Nothing that a conversion writes is taken away before it ends.
  const files = await readdir(scratch);
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(scratch, file))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2 * text.length);
});
