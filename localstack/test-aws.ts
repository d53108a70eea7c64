// `npm run test:aws`: the suites that need AWS, on emulators; with --real the end-to-end suite on AWS itself. An emulator that
// cannot be installed is left out, loudly; in CI that is a failure.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installEmulator } from './emulators.ts';
import { type TargetKind, wantedTargets } from './targets.ts';
import { parseTestAws } from './test-aws-arguments.ts';

const ROOT = join(import.meta.dirname, '..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

function main(argv: readonly string[]): number {
  const { environment, vitest } = parseTestAws(argv);
  const wanted = wantedTargets({ ...process.env, ...environment });
  const ready = wanted.filter(isReady);
  if (ready.length === 0 || (process.env.CI && ready.length < wanted.length)) return 1;
  const args = [VITEST, 'run', '--config', join(ROOT, 'vitest.aws.config.ts'), ...vitest];
  const env = { ...process.env, ...environment, SLUICE_EMULATOR: ready.join() };
  const { status, error } = spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

function isReady(kind: TargetKind): boolean {
  if (kind !== 'ministack' && kind !== 'localstack') return true;
  try {
    installEmulator(kind);
    return true;
  } catch (error) {
    const line = '!'.repeat(80);
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${line}\nNOT TESTED on ${kind}: ${reason}\n${line}\n`);
    return false;
  }
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
