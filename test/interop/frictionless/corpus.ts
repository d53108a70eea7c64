// The corpus: a folder is a case, with contract.json, the file that the contract names, and expected.json. What is expected
// was written by hand from the standard, not by Sluice; `differences` names what frictionless sees otherwise (differences.ts).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../sluice.ts';

const CORPUS = join(import.meta.dirname, 'corpus');

export type Expected = Outcome & { readonly differences: readonly string[] };

export type Case = {
  readonly name: string;
  readonly folder: string;
  readonly contract: string;
  readonly expected: Expected;
};

export function readCorpus(): Case[] {
  return readdirSync(CORPUS)
    .sort()
    .map((name) => {
      const folder = join(CORPUS, name);
      const read = (file: string) => readFileSync(join(folder, file), 'utf8');
      return {
        name,
        folder,
        contract: read('contract.json'),
        expected: JSON.parse(read('expected.json')) as Expected,
      };
    });
}
