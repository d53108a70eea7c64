// `npm run test:aws`: the suites that need AWS, on emulators; with --real the end-to-end suite on AWS itself.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseTestAws } from './test-aws-arguments.ts';

const ROOT = join(import.meta.dirname, '..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

function main(argv: readonly string[]): number {
  const { environment, vitest } = parseTestAws(argv);
  const args = [VITEST, 'run', '--config', join(ROOT, 'vitest.aws.config.ts'), ...vitest];
  const env = { ...process.env, ...environment };
  const { status, error } = spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
