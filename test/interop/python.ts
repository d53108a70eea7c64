// Runs the Python scripts of these suites: a question as JSON on standard input, the answer on standard output.
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';

/** Within the tests' own. */
const TIMEOUT_MS = 280_000;

/** Throws with Python's own message where the script fails. */
export async function askPython(script: string, question: unknown): Promise<unknown> {
  const python = process.env.SLUICE_PYTHON;
  if (python === undefined) throw new Error('SLUICE_PYTHON is not set: run "npm run test:interop"');
  const child = spawn(python, ['-B', script], { stdio: ['pipe', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  child.stdin.end(JSON.stringify(question));
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${basename(script)} ended with ${code}:\n${errors}`);
  return JSON.parse(output) as unknown;
}
