// Words such as `month=01` against the partition values of the log.
import { expect, it } from 'vitest';
import { comparePartitions, parsePartitionFilter } from '../../lib/lake/partition-filter.ts';

const COLUMNS = [
  { name: 'year', type: 'long' },
  { name: 'Region', type: 'string' },
] as const;

function matches(word: string, value: string | null): boolean {
  const filter = parsePartitionFilter('t', COLUMNS, [word]);
  if ('problem' in filter) throw new Error(filter.problem);
  return filter.matches({ year: value, Region: value });
}

it('takes whole numbers by value, texts by their characters, and null for none', () => {
  expect(matches('year=01', '1')).toBe(true);
  expect(matches('year=1', '10')).toBe(false);
  expect(matches('YEAR=-007', '-7')).toBe(true);
  expect(matches('region=01', '1')).toBe(false);
  expect(matches('region=a=b', 'a=b')).toBe(true);
  expect(matches('region=', '')).toBe(true);
  expect(matches('region=null', null)).toBe(true);
  expect(matches('year=__HIVE_DEFAULT_PARTITION__', null)).toBe(true);
  expect(matches('year=x', '1')).toBe(false);
});

it('says which word is wrong', () => {
  const problem = (...words: string[]) => {
    const filter = parsePartitionFilter('insights/t', COLUMNS, words);
    return 'problem' in filter ? filter.problem : undefined;
  };
  expect(problem()).toBeUndefined();
  expect(problem('year=1', 'year=2')).toBe('year is given twice');
  expect(problem('year')).toBe('"year" is not a partition: write COLUMN=VALUE');
  expect(problem('regio=x')).toBe(
    'insights/t is partitioned by year, Region, not by "regio". Did you mean "Region"?',
  );
});

it('orders partitions as people count', () => {
  const years = ['10', null, '9', 'x'].map((year) => ({ year }));
  expect(years.sort(comparePartitions).map(({ year }) => year)).toEqual([null, '9', '10', 'x']);
});
