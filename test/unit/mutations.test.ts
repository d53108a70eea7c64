// The lists of mutations keep up with the source that they change.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Mutation, mutated, mutationsIn } from '../mutations/mutation.ts';

const ROOT = join(import.meta.dirname, '../..');
const LISTS = join(ROOT, 'test/mutations');

const problemOf = (mutation: Mutation): string[] => {
  const text = readFileSync(join(ROOT, 'lib/sql', mutation.file), 'utf8');
  try {
    return mutated(text, mutation) === text ? [`${mutation.name} changes nothing`] : [];
  } catch (error) {
    return [String(error)];
  }
};

test.each([
  ['order', 200],
  ['joins', 100],
  ['values', 150],
  ['divisible', 120],
] as const)('every mutation of the %s suite replaces one piece of its file', (suite, least) => {
  const all = mutationsIn(join(LISTS, suite));
  expect(all.flatMap(problemOf)).toEqual([]);
  expect(all.length).toBeGreaterThan(least);
  const names = all.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

const MUTATION = { name: 'x/y', file: 'x.ts', from: 'a', to: 'b', equivalent: undefined };

test('a mutation whose piece is there twice, or not at all, is an error', () => {
  expect(mutated('cat', MUTATION)).toBe('cbt');
  expect(() => mutated('banana', MUTATION)).toThrow('x/y: its piece of the source is there 3 times');
  expect(() => mutated('cot', MUTATION)).toThrow('there 0 times');
});
