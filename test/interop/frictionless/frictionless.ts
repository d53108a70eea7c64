// What frictionless finds wrong with files: one Python process for all of them.
import { join } from 'node:path';
import { askPython } from '../python.ts';
import type { Answer } from './compare.ts';

/** `contract`: its text, whose numbers JavaScript might change. */
export type Question = { readonly folder: string; readonly contract: string };

/** One answer for each question. Throws with Python's own message where it cannot be asked. */
export async function askFrictionless(questions: readonly Question[]): Promise<Answer[]> {
  const script = join(import.meta.dirname, 'validate.py');
  const asked = questions.map(({ folder, contract }) => ({ folder, contract }));
  return (await askPython(script, asked)) as Answer[];
}
