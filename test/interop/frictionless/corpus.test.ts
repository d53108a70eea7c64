// Every case of the corpus has the outcome that the standard asks for: counts, and each violation's line, field, rule and value.
// frictionless.interop.ts asks frictionless about the same files.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sluice } from '../sluice.ts';
import { readCorpus } from './corpus.ts';

const corpus = readCorpus();

let sluice: Sluice;
beforeAll(async () => {
  sluice = await Sluice.open();
});
afterAll(() => sluice.close());

test('the corpus is as large as it was promised', () => {
  expect(corpus.length).toBeGreaterThanOrEqual(150);
});

test.each(corpus)('$name', async ({ folder, contract, expected: { differences: _, ...expected } }) => {
  expect(await sluice.validate(folder, contract)).toEqual(expected);
});
