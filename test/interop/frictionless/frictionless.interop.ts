// Sluice and frictionless accept and refuse the same rows, for the same field and rule, but for the differences that the table in
// differences.md gives a reason for. corpus.test.ts holds Sluice to the corpus, so that its expectation stands for Sluice here.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Answer, disagreements, explainedDifferences, nameOf, tabledDifferences } from './compare.ts';
import { readCorpus } from './corpus.ts';
import { askFrictionless } from './frictionless.ts';

const corpus = readCorpus();

describe('the corpus', () => {
  const answers = new Map<string, Answer>();
  beforeAll(async () => {
    for (const [i, answer] of (await askFrictionless(corpus)).entries())
      answers.set(corpus[i]?.name ?? '', answer);
  });

  test.each(corpus)('$name', ({ name, contract, expected }) => {
    const found = disagreements(contract, expected, answers.get(name) as Answer);
    const unexplained = found.filter((disagreement) => nameOf(disagreement) === undefined);
    expect(unexplained.map(({ by, line, field, rule, value }) => ({ by, line, field, rule, value }))).toEqual(
      [],
    );
    expect([...new Set(found.map(nameOf))].sort()).toEqual(expected.differences);
  });
});

describe('the table of differences', () => {
  test('each is shown by a case of the corpus', () => {
    const shown = new Set(corpus.flatMap(({ expected }) => expected.differences));
    expect(tabledDifferences().filter((name) => !shown.has(name))).toEqual([]);
  });

  test('each is explained once, and nothing else is', () => {
    expect(explainedDifferences().sort()).toEqual(tabledDifferences().sort());
    expect(new Set(tabledDifferences()).size).toBe(tabledDifferences().length);
  });
});
