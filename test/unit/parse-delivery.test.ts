// Captures, scope and deliveries: what a contract may say, and what is refused by name.
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';

const FIELDS = [
  { name: 'period', type: 'yearmonth' },
  { name: 'day', type: 'date', format: '%Y%m%d' },
  { name: 'team' },
  { name: 'cost', type: 'number' },
];
const PATH = 'exports/{period}/{run}/part_*.csv';
const GOOD = { path: PATH, mode: 'replace', scope: ['period'], delivery: { by: ['run'] } };

function parsed(words: object): Dataset {
  const resource = { name: 'costs', schema: { fields: FIELDS }, ...words };
  const [dataset] = parseContract('p.json', 'p', JSON.stringify({ resources: [resource] }));
  if (!dataset) throw new Error('no dataset');
  return dataset;
}

function refusal(words: object): string {
  try {
    parsed(words);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

describe('what is said', () => {
  it('has its defaults, and a marker beside the files', () => {
    expect(parsed({ ...GOOD, delivery: { by: 'run', complete: 'manifest.json' } })).toMatchObject({
      scope: { names: ['period'], from: 'path' },
      delivery: { by: ['run'], newest: 'lastModified', complete: 'exports/{period}/{run}/manifest.json' },
    });
  });

  it('may have the marker elsewhere, by some of the captures', () => {
    const words = { ...GOOD, delivery: { by: ['run'], newest: 'name', complete: 'done/{run}.ok' } };
    expect(parsed(words).delivery).toEqual({ by: ['run'], newest: 'name', complete: 'done/{run}.ok' });
  });

  it('takes a scope from rows where a field is not in the path', () => {
    const scope = ['period', 'team'];
    expect(parsed({ ...GOOD, scope }).scope).toEqual({ names: scope, from: 'rows' });
  });

  it('does not touch the hash by which files are read again', () => {
    const path = 'exports/{period}/*/part_*.csv';
    const plain = parsed({ path, mode: 'replace' });
    const scoped = parsed({ path, mode: 'replace', scope: 'period' });
    expect(scoped.hash).toBe(plain.hash);
  });
});

describe('what is refused', () => {
  it.each<[object, string]>([
    [{ path: 'a/{run}/*.csv' }, 'path: nothing uses the capture {run}'],
    [{ path: 'a/{day}/{day}.csv' }, 'path: "a/{day}/{day}.csv" has the capture {day} twice'],
    [
      { path: 'a/{cost}.csv' },
      'path: {cost} gives the field cost its value, but a number cannot be read from a key',
    ],
    [{ path: 'a/{x,{run}}.csv' }, 'its "{" and "}" are neither'],
    [{ ...GOOD, mode: 'append' }, 'scope: a scope says what a delivery replaces: write "mode": "replace"'],
    [
      { ...GOOD, scope: undefined, mode: 'append' },
      'delivery: a delivery replaces the one before: write "mode": "replace"',
    ],
    [{ ...GOOD, scope: ['period', 'period'] }, 'scope[1]: "period" is listed twice'],
    [{ ...GOOD, scope: ['region'] }, 'scope[0]: "region" is neither a field nor a capture of the path'],
    [{ ...GOOD, scope: ['cost'] }, 'scope[0]: cost is of type number'],
    [{ ...GOOD, scope: ['run', 'team'] }, 'scope[0]: the capture {run} is not a field'],
    [{ ...GOOD, delivery: { by: ['week'] } }, 'delivery.by[0]: "week" is not a capture of the path'],
    [{ ...GOOD, delivery: { by: ['run', 'run'] } }, 'delivery.by[1]: "run" is listed twice'],
    [{ ...GOOD, delivery: {} }, 'delivery.by'],
    [{ ...GOOD, delivery: { by: ['run'], newest: 'first' } }, 'delivery.newest'],
    [
      { ...GOOD, delivery: { by: ['run'], complete: 'done/ok' } },
      'delivery.complete: "done/ok" does not say of which delivery a marker is: add {run}',
    ],
    [
      { ...GOOD, delivery: { by: ['run'], complete: 'done/{run}/{week}' } },
      'delivery.complete: {week} is not a capture of the path',
    ],
    [{ ...GOOD, delivery: { by: ['run'], complete: 'done/{run}/{run}' } }, 'has the capture {run} twice'],
    [
      { ...GOOD, delivery: { by: ['run'], complete: 'part_*.csv' } },
      'takes data files for markers, too, such as "exports/x/x/part_x.csv": name the marker alone',
    ],
    [
      { ...GOOD, delivery: { by: ['run'], complete: 'a[' } },
      'delivery.complete: "exports/{period}/{run}/a["',
    ],
    [{ ...GOOD, delivery: { by: ['run'], until: 'x' } }, '"until"'],
  ])('%j: %s', (words, problem) => {
    expect(refusal({ path: PATH, ...words })).toContain(problem);
  });
});
