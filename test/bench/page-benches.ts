// What the page costs: written the first time and again after one new file, over few days, over many, and over many files.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FilesByDataset } from '../../lib/inspect/dataset-files.ts';
import { TableLogs } from '../../lib/inspect/read-table-log.ts';
import type { LandingSight } from '../../lib/lake/landing-census.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { watchedLanding } from '../../lib/local/follow-landing.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import { openStore } from '../../lib/local/open-store.ts';
import { writePage } from '../../lib/page/write-page.ts';
import type { Bench } from './bench.ts';
import { MANY_DAYS, MANY_FILES, smallFilesLanding, WORK } from './data.ts';
import {
  dayKey,
  daysLake,
  daysLanding,
  daysToLast,
  filledLake,
  LAST,
  ROWS,
  SCHEMAS,
  workCopy,
  writeDay,
} from './days.ts';

export function pageBenches(): Bench[] {
  const first = (count: number) => ({
    name: `a lake of ${count.toLocaleString('en-US')} days`,
    command: 'sluice page into an empty folder, in a process that has read nothing before',
    prepare: async () => {
      const { write } = await opened(await ofDays(count));
      return () => write();
    },
  });
  const again = (name: string, lake: () => Promise<Place>) => ({
    name,
    command:
      'the page once more after one new file, in a process that has written it before and watches landing, as sluice start does',
    prepare: () => writtenAgain(lake),
  });
  return [
    {
      name: 'page-first',
      title: `the page over the package billing with ${MANY_DAYS.toLocaleString('en-US')} days, written the first time`,
      subject: first(MANY_DAYS),
      baseline: first(10),
    },
    {
      name: 'page-again',
      title: `the page written again after one new file, ${MANY_DAYS.toLocaleString('en-US')} days`,
      subject: again(`a lake of ${MANY_DAYS.toLocaleString('en-US')} days`, () => ofDays(MANY_DAYS)),
      baseline: again('a lake of 10 days', () => ofDays(10)),
      target: { seconds: 1 },
    },
    {
      name: 'page-files',
      title: `the page written again after one new file, ${MANY_FILES.toLocaleString('en-US')} files of ${MANY_DAYS.toLocaleString('en-US')} days`,
      subject: again(`a lake of ${MANY_FILES.toLocaleString('en-US')} files`, ofFiles),
      baseline: again('a lake of 10 days', () => ofDays(10)),
      target: { seconds: 1 },
    },
  ];
}

type Place = { readonly landing: string; readonly lake: string };

async function ofDays(count: number): Promise<Place> {
  const days = daysToLast(count);
  return { landing: await daysLanding(days), lake: await workCopy(await daysLake(days)) };
}

async function ofFiles(): Promise<Place> {
  const landing = await smallFilesLanding(MANY_FILES, 2, MANY_DAYS);
  const full = await filledLake(`lake-files-${MANY_FILES}`, landing, SCHEMAS);
  return { landing, lake: await workCopy(full) };
}

async function opened(place: Place) {
  const local = await openLake({ ...place, schemas: SCHEMAS }, () => undefined);
  const store = await openStore(join(WORK, 'site'), local.effects.scratch);
  let logs: TableLogs | undefined;
  const files: FilesByDataset = new Map();
  const write = async (seen?: LandingSight) => {
    logs = new TableLogs(local.effects.tables, logs);
    await writePage(local.effects, store, '', { assets: new Map(), options: '', logs, files, seen });
  };
  return { local, write };
}

async function writtenAgain(place: () => Promise<Place>): Promise<() => Promise<void>> {
  const { landing, lake } = await place();
  const { local, write } = await opened({ landing, lake });
  const { watched, seen } = watchedLanding(local.effects, () => undefined);
  await watched.settle();
  await write(seen());
  // Of the last day, so that it is among files that are there; the landing folder is left as it was.
  const key = dayKey(LAST, 'one-more');
  await writeDay(landing, LAST, ROWS, 'one-more');
  // The look that finds a file comes before the work on it, and the page after both.
  await watched.settle();
  await local.queues.files.send([{ source: key }]);
  await deliver(local.effects, local.queues);
  return async () => {
    await write(seen());
    await rm(join(landing, key));
  };
}
