// `npm run test:aws`: the suites that need AWS, on emulators; with --real the end-to-end suite on AWS itself, with its checklist
// and a report. An emulator that cannot be installed is left out, loudly; in CI that is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installEmulator } from './emulators.ts';
import { checklist, firstRunReport, resultsOf, showChecklist } from './first-run.ts';
import { type TargetKind, wantedTargets } from './targets.ts';
import { parseTestAws } from './test-aws-arguments.ts';

const ROOT = join(import.meta.dirname, '..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

function main(argv: readonly string[]): number {
  const { environment, vitest, firstRun } = parseTestAws(argv);
  const wanted = wantedTargets({ ...process.env, ...environment });
  const ready = wanted.filter(isReady);
  if (ready.length === 0 || (process.env.CI && ready.length < wanted.length)) return 1;
  const env = { ...process.env, ...environment, SLUICE_EMULATOR: ready.join() };
  return firstRun === undefined ? runSuites(vitest, env) : runFirst(firstRun, vitest, env);
}

function runSuites(vitest: readonly string[], env: NodeJS.ProcessEnv): number {
  const args = [VITEST, 'run', '--config', join(ROOT, 'vitest.aws.config.ts'), ...vitest];
  const { status, error } = spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

/** The suite between its checklist and its report, which is left however the suite ends. */
function runFirst(stage: string, vitest: readonly string[], env: NodeJS.ProcessEnv): number {
  const items = checklist(readFileSync(join(ROOT, 'docs/aws-first-run.md'), 'utf8'));
  process.stdout.write(`The checklist of docs/aws-first-run.md:\n${showChecklist(items)}\n\n`);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-first-run-'));
  const json = join(folder, 'results.json');
  const report = join(ROOT, `first-run-${stage}.md`);
  const startedAt = new Date().toISOString();
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${json}`];
    const status = runSuites([...vitest, ...reporters], env);
    const results = resultsOf(existsSync(json) ? readFileSync(json, 'utf8') : undefined);
    const endedAt = new Date().toISOString();
    const facts = { stage, ...placeOf(env), startedAt, endedAt, commit: commit() };
    writeFileSync(report, firstRunReport(items, results, facts));
    process.stdout.write(`\nThe report, to be filled in where the suite cannot see: ${report}\n`);
    return status;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function placeOf(env: NodeJS.ProcessEnv): { region: string; account: string } {
  return {
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "the profile's",
    account: env.AWS_PROFILE === undefined ? "the credentials'" : `of the profile ${env.AWS_PROFILE}`,
  };
}

function commit(): string {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : 'unknown';
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
