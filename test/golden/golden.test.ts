// A folder is a case: schemas/ (the bundled ones where it has none), landing/, and expected/ with one CSV per table,
// insight, quarantine, list of skipped records or of odd columns that the case is about; overdue.csv has the expected files that
// have not come. A new dataset or insight gets its case here, without code.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { sqlType } from '../../lib/core/schema.ts';
import { cellText } from '../../lib/inspect/cell-text.ts';
import { lakeStatus } from '../../lib/inspect/lake-status.ts';
import type { Report } from '../../lib/ingest/report.ts';
import { partitionLabel } from '../../lib/lake/partition.ts';
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

async function reports(lake: TestLake): Promise<Report[]> {
  const found: Report[] = [];
  for await (const { key } of lake.effects.lake.list('files/'))
    found.push(JSON.parse(new TextDecoder().decode(await lake.effects.lake.read(key))));
  return found;
}

/** `source,rule,rows` of the records that the contracts skip. */
async function skipped(lake: TestLake): Promise<string[][]> {
  return (await reports(lake)).flatMap(({ source, skippedBy = [] }) =>
    skippedBy.map(({ rule, rows }) => [source, rule, String(rows)]),
  );
}

/** `source,unnamed,repeated,trailing` of the files whose columns are odd. */
async function columns(lake: TestLake): Promise<string[][]> {
  return (await reports(lake)).flatMap(
    ({ source, unnamedColumns = [], repeatedColumns = [], trailingDelimiter = '' }) => {
      const unnamed = unnamedColumns.map(({ column, values }) => `${column}: ${values}`).join(', ');
      const found = [unnamed, repeatedColumns.join(', '), trailingDelimiter];
      return found.every((one) => one === '') ? [] : [[source, ...found]];
    },
  );
}

/** `source,line,field,rule,value` (for JSON the path in the line's place, in an archive `member:line`) of every rejected row's violations, and of files refused as a whole. */
async function refused(lake: TestLake): Promise<string[][]> {
  const rows: string[][] = [];
  for (const report of await reports(lake)) {
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

/** Gaps in what the contracts expect, at the end of the case's time: on 2024-01-01, some seconds after midnight in UTC. */
async function overdue({ effects }: TestLake): Promise<string[][]> {
  const { datasets } = await lakeStatus(effects);
  return datasets.flatMap(({ dataset, overdue }) =>
    (overdue?.gaps ?? []).map(({ per, first, last, periods, since }) => [
      ...[dataset, partitionLabel(per), first, last, String(periods), since],
    ]),
  );
}

/** What is not a table. */
const FOUND: Readonly<Record<string, (lake: TestLake) => Promise<string[][]>>> = {
  refused,
  overdue,
  columns,
  skipped,
};

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
      const found = FOUND[table];
      const ref = found ? undefined : lake.effects.catalog.resolve(table);
      const types = new Map(
        ref && lake.effects.catalog.columnsOf(ref).map(({ name, type }) => [name, sqlType(type)]),
      );
      const rows = ref
        ? (await rowsOf(lake, ref)).map((row) =>
            header.map((column) =>
              row[column] === undefined
                ? 'no such column'
                : (cellText(row[column], types.get(column) ?? '') ?? ''),
            ),
          )
        : await (found ?? refused)(lake);
      expect(rows.sort(), file).toEqual(expected.sort());
    }
  });
});
