// What the page says of refused rows: by rule, by file, and the command that brings them, whatever the file is called.
import { describe, expect, it } from 'vitest';
import type { DatasetDocument, RefusedDocument } from '../../lib/page/dataset-documents.ts';
import { filesOf, lakeOfAllKinds, openAllKinds, sale } from '../support/all-kinds-lake.ts';
import { datasetOf, documentOf, writeTestPage } from '../support/page-site.ts';
import { newStore, openProcess, put, syncPrune, TestClock } from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const HOUR_MS = 3_600_000;
const world = useWorld(openAllKinds);

describe('what was refused', () => {
  it('stands by rule, and by file with its whole rows', async () => {
    const { lake, clock } = await lakeOfAllKinds(world);
    const page = await writeTestPage(lake, newStore(world, clock, 'page'), { options: ' --lake there' });
    const { refused } = await documentOf<DatasetDocument>(page.store, datasetOf(page, 'sales').document);
    expect(refused.byRule).toEqual([
      { field: 'till', rule: 'enum', rows: 2, files: 1 },
      { field: 'amount', rule: 'type-error', rows: 1, files: 1 },
      { field: '', rule: 'missing-label', rows: 0, files: 1 },
    ]);
    expect(refused.files.map(({ source, outcome, settled }) => [source, outcome, settled])).toEqual([
      [sale('02', 'rejected'), 'rejected', null],
      [sale('01', 'partly'), 'accepted', null],
    ]);
    const document = await documentOf<RefusedDocument>(page.store, refused.files[1]?.refused ?? null);
    expect(document).toEqual({
      dataset: 'sales',
      source: sale('01', 'partly'),
      outcome: 'accepted',
      reason: null,
      rows: 3,
      accepted: 1,
      refused: 2,
      byRule: [
        { field: 'till', rule: 'enum', rows: 2 },
        { field: 'amount', rule: 'type-error', rows: 1 },
      ],
      examples: [
        {
          line: 3,
          path: null,
          raw: 'west,4',
          violations: [
            {
              field: 'till',
              rule: 'enum',
              value: 'west',
              message: 'till: "west" is not one of "north", "south"',
            },
          ],
        },
        {
          line: 4,
          path: null,
          raw: 'east,x',
          violations: [
            {
              field: 'till',
              rule: 'enum',
              value: 'east',
              message: 'till: "east" is not one of "north", "south"',
            },
            {
              field: 'amount',
              rule: 'type-error',
              value: 'x',
              message: 'amount: "x" is not an integer (whole, within 64 bits)',
            },
          ],
        },
      ],
      raw: ['west,4', 'east,x'],
      moreRaw: 0,
      missing: null,
      header: 'till,amount\n',
      correctedName: sale('01', 'partly'),
      command: `npx sluice rejects ${sale('01', 'partly')} --format csv --lake there > corrected.csv`,
    });
  });

  it('is told from the report where its rows are gone', async () => {
    const { lake, clock } = await lakeOfAllKinds(world);
    const keys: string[] = [];
    for await (const { key } of lake.effects.lake.list('quarantine/')) keys.push(key);
    await lake.effects.lake.remove(keys);
    const page = await writeTestPage(lake, newStore(world, clock, 'page'));
    const { refused } = await documentOf<DatasetDocument>(page.store, datasetOf(page, 'sales').document);
    const document = await documentOf<RefusedDocument>(page.store, refused.files[1]?.refused ?? null);
    expect(document.examples.map(({ line, raw }) => [line, raw])).toEqual([
      [3, ''],
      [4, ''],
      [4, ''],
    ]);
    expect([document.raw, document.moreRaw]).toEqual([[], 2]);
    expect(document.missing).toBe(
      'In the lake the text of its refused rows is gone or damaged: what is missing here cannot be told.',
    );
  });
});

describe('hostile names', () => {
  it('are shown as they are, and are one word of a command', async () => {
    const clock = new TestClock();
    const landing = newStore(world, clock, 'landing');
    const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
    clock.pass(30 * HOUR_MS);
    const name = sale('01', `<script>alert(1)<!-- '; rm -rf ~ #\u202e`);
    await put(landing, name, 'till,amount\nwest,1\nnorth,1\n');
    await syncPrune(lake);
    const page = await writeTestPage(lake, newStore(world, clock, 'page'));
    const [file] = await filesOf(page, 'sales');
    expect(file?.source).toBe(name);
    const bytes = await page.store.read(`data/${file?.refused}`);
    expect(new TextDecoder().decode(bytes)).not.toContain('<');
    const document = await documentOf<RefusedDocument>(page.store, file?.refused ?? null);
    expect(document.command).toBe(
      `npx sluice rejects 'sales/day=2024-01-01/<script>alert(1)<!-- '\\''; rm -rf ~ #\u202e.csv' --format csv > corrected.csv`,
    );
  });
});
