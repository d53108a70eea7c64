// What frictionless finds wrong with files: one Python process for all of them.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Answer } from './compare.ts';

/** `contract`: its text, whose numbers JavaScript might change. */
export type Question = { readonly folder: string; readonly contract: string };

/** One answer for each question. Throws with Python's own message where it cannot be asked. */
export async function askFrictionless(questions: readonly Question[]): Promise<Answer[]> {
  const python = process.env.SLUICE_PYTHON;
  if (python === undefined) throw new Error('SLUICE_PYTHON is not set: run "npm run test:interop"');
  const script = join(import.meta.dirname, 'validate.py');
  const child = spawn(python, ['-B', script], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  child.stdin.end(JSON.stringify(questions.map(({ folder, contract }) => ({ folder, contract }))));
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`validate.py ended with ${code}:\n${errors}`);
  return JSON.parse(output) as Answer[];
}
