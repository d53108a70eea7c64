// A folder is a case: schemas/ (the bundled ones where it has none), landing/, and expected/ with one CSV per table,
// insight or quarantine that the case is about. A new dataset or insight gets its case here, without code.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../lib/ingest/report.ts';
import {
  newStore,
  openProcess,
  openWorld,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
} from '../support/shop-lake.ts';

const HERE = import.meta.dirname;
const cases = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory());

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

async function play(folder: string): Promise<TestLake> {
  const own = join(folder, 'schemas');
  const world = await openWorld(existsSync(own) ? own : join(HERE, '../../schemas'));
  const clock = new TestClock();
  const landing = newStore(world, clock, 'landing');
  for (const key of filesBelow(join(folder, 'landing'))) {
    clock.tick();
    await landing.write(key, readFileSync(join(folder, 'landing', key)));
  }
  const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
  await syncPrune(lake);
  return lake;
}

/** `source,line,field,rule,value` (for JSON the path in the line's place, in an archive `member:line`) of every rejected row's violations, and of files refused as a whole. */
async function refused(lake: TestLake): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const { key } of lake.effects.lake.list('files/')) {
    const report = JSON.parse(new TextDecoder().decode(await lake.effects.lake.read(key))) as Report;
    if (report.reason)
      rows.push([report.source, '', report.reason.field, report.reason.rule, report.reason.value ?? '']);
    if (report.quarantine === undefined) continue;
    const file = await lake.effects.lake.download(report.quarantine);
    type Refusal = {
      line: number | null;
      path: string | null;
      field: string;
      rule: string;
      value: string | null;
    };
    const found = await lake.effects.sql.session((session) =>
      session.rows<Refusal>(
        `SELECT line, path, unnest(violations, recursive := true) FROM read_parquet('${file?.path}')`,
      ),
    );
    rows.push(
      ...found.map((row) => [
        report.source,
        [row.path, row.line].filter((part) => part !== null).join(':'),
        row.field,
        row.rule,
        row.value ?? '',
      ]),
    );
  }
  return rows;
}

describe.each(cases.map((entry) => entry.name))('%s', (name) => {
  const folder = join(HERE, name);
  test('tables, insights and refusals are as expected', async () => {
    const lake = await play(folder);
    expect(lake.dead).toEqual([]);
    const files = filesBelow(join(folder, 'expected'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const [header = [], ...expected] = parse(readFileSync(join(folder, 'expected', file))) as string[][];
      const table = file.replace(/\.csv$/, '');
      const ref = table === 'refused' ? undefined : lake.effects.catalog.resolve(table);
      const rows = ref
        ? (await rowsOf(lake, ref)).map((row) =>
            header.map((column) =>
              row[column] === undefined ? 'no such column' : String(row[column] ?? ''),
            ),
          )
        : await refused(lake);
      expect(rows.sort(), file).toEqual(expected.sort());
    }
  });
});
