// Sluice and frictionless accept and refuse the same rows, for the same field and rule, but for the differences that the table in
// differences.md gives a reason for. corpus.test.ts holds Sluice to the corpus, so that its expectation stands for Sluice here.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTemp } from '../../support/temp.ts';
import { Sluice } from '../sluice.ts';
import { type Answer, disagreements, explainedDifferences, nameOf, tabledDifferences } from './compare.ts';
import { readCorpus } from './corpus.ts';
import { askFrictionless } from './frictionless.ts';
import { generate } from './generated.ts';

const TABLES = Number(process.env.SLUICE_RUNS ?? 120);
const SEED = Number(process.env.SLUICE_SEED ?? 5);

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

describe('tables at random', () => {
  const root = useTemp();
  let sluice: Sluice;
  beforeAll(async () => {
    sluice = await Sluice.open();
  });
  afterAll(() => sluice.close());

  test(`${TABLES} tables of the seed ${SEED}`, async () => {
    const questions = await generate(root, TABLES, SEED);
    const answers = await askFrictionless(questions);
    const unexplained: object[] = [];
    let rejected = 0;
    for (const [i, { folder, contract }] of questions.entries()) {
      const outcome = await sluice.validate(folder, contract);
      rejected += outcome.rows - outcome.accepted;
      for (const disagreement of disagreements(contract, outcome, answers[i] as Answer)) {
        if (nameOf(disagreement) !== undefined) continue;
        const { by, line, field, rule, value, words } = disagreement;
        const data = await readFile(join(folder, 'data.csv'), 'utf8');
        unexplained.push({ by, line, field, rule, value, words, data });
      }
    }
    expect(unexplained).toEqual([]);
    expect(rejected).toBeGreaterThan(TABLES);
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
