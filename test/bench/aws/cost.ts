// What is run to tell the cost of a day and of a month: three kinds of files, and maintain.
import { synthesised } from '../../stacks/stack-case.ts';
import { CostRun } from './cost-run.ts';
import { renderCost } from './cost-text.ts';
import type { Emulated } from './emulator.ts';

/** 300 MB of billing. */
const LARGE_ROWS = 2_090_000;
/** Of a month, before the one that is measured: insights by month read them too. */
const DAYS_BEFORE = 14;

export async function measureCost(emulated: Emulated): Promise<string> {
  const small = await CostRun.open(emulated);
  await small.small(1);
  await small.stop();
  process.stderr.write('A small file, with functions that start for it …\n');
  const smallFile = await small.small(2);
  await small.stop();
  process.stderr.write('maintain …\n');
  // Its first page is written anew.
  await small.maintain();
  const maintain = await small.maintain();
  await small.small(3);
  await small.stop();
  process.stderr.write('The page after a file …\n');
  const page = await small.page();

  const large = await CostRun.open(emulated);
  process.stderr.write('A 300 MB file, the first of its month …\n');
  await large.small(1);
  const first = await large.large(2, LARGE_ROWS);
  for (let day = 3; day < 3 + DAYS_BEFORE - 1; day += 1) {
    process.stderr.write(`A 300 MB file in the middle of its month: the day ${day} before it …\n`);
    await large.before(day, LARGE_ROWS);
  }
  await large.stop();
  const middle = await large.large(2 + DAYS_BEFORE, LARGE_ROWS);
  await large.stop();
  const scenarios = [
    { name: '100 small files a day, each with cold functions', file: smallFile, filesPerDay: 100 },
    { name: 'one 300 MB file a day, cold, mid-month', file: middle, filesPerDay: 1 },
    {
      name: '100 GB a day in files of 300 MB, warm, each a partition of its own',
      file: first,
      filesPerDay: 1e11 / first.sizeBytes,
    },
  ];
  return renderCost(scenarios, { maintain, page, ...(await watched()) });
}

/** What the stack has of things that cost by the month. */
async function watched(): Promise<{ alarms: number; metrics: number }> {
  const { template, ofType } = await synthesised();
  const metrics = JSON.stringify(template.toJSON()).matchAll(/\\"Sluice\\",\\"(\w+)\\"/g);
  return {
    alarms: ofType('AWS::CloudWatch::Alarm').length,
    metrics: new Set([...metrics].map(([, name]) => name)).size,
  };
}
