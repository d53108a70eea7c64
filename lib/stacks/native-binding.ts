// Finds DuckDB's native binding for a Lambda platform: in the dependencies if this machine has that platform, otherwise in
// a folder that `npm run bindings` fills. Synthesis itself never uses the network.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { CliError } from '../errors.ts';

/** `linux-arm64`: as Node names platform and architecture. */
export type Platform = `${string}-${string}`;

/** In the present folder, the CDK app's. */
const FETCHED = resolve('.bindings');

export function bindingPackage(platform: Platform): string {
  return `@duckdb/node-bindings-${platform}`;
}

/** The folder of `@duckdb/node-bindings`, whose version the native binding of every platform must have. */
export function bindingsFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@duckdb/node-bindings/package.json'));
}

function wantedVersion(): string {
  return versionOf(bindingsFolder());
}

function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Throws CliError, with the command to run, if the native binding is not on this machine. */
export function bindingFolder(platform: Platform): string {
  const version = wantedVersion();
  const found = findBinding(platform, version);
  if (found) return found;
  const architecture = platform.slice(platform.indexOf('-') + 1);
  throw new CliError(
    `DuckDB's native binding for ${platform} (${bindingPackage(platform)} ${version}) is not on this machine: run "npm run bindings -- ${architecture}"to fetch it once, or choose this machine's architecture with "-c architecture=${process.arch}"`,
  );
}

function findBinding(platform: Platform, version: string): string | undefined {
  const installed = join(dirname(bindingsFolder()), `node-bindings-${platform}`);
  return [installed, join(FETCHED, platform)].find(
    (folder) => existsSync(join(folder, 'package.json')) && versionOf(folder) === version,
  );
}

/** Fetches the native binding with npm unless it is present. Returns its folder. Throws CliError. */
export function fetchBinding(platform: Platform): string {
  const version = wantedVersion();
  const found = findBinding(platform, version);
  if (found) return found;
  mkdirSync(FETCHED, { recursive: true });
  const scratch = mkdtempSync(join(FETCHED, 'fetch-'));
  try {
    const archive = join(scratch, pack(`${bindingPackage(platform)}@${version}`, scratch));
    requireIntegrity(platform, archive);
    execFileSync('tar', ['-xzf', archive, '-C', scratch]);
    const folder = join(FETCHED, platform);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(scratch, 'package'), folder);
    return folder;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function pack(specifier: string, into: string): string {
  try {
    const answer = execFileSync(
      'npm',
      ['pack', specifier, '--json', '--prefer-offline', '--pack-destination', into],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        shell: process.platform === 'win32',
      },
    );
    const [packed] = JSON.parse(answer) as { filename: string }[];
    if (packed) return packed.filename;
    throw new Error('npm packed nothing');
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr ?? error);
    const reason = (
      /^npm error (?:code .*\nnpm error )?(?:notarget )?(.+?)\.*$/m.exec(said)?.[1] ?? said
    ).trim();
    throw new CliError(
      `npm cannot fetch ${specifier}: ${reason}. Run "npm run bindings" on a machine where npm reaches its registry, or choose this machine's architecture with "-c architecture=${process.arch}"`,
      1,
      { cause: error },
    );
  }
}

/** Checks the hash in the present folder's lock file if there is one; otherwise npm has checked the archive against the registry's hash. */
function requireIntegrity(platform: Platform, archive: string): void {
  if (!existsSync('package-lock.json')) return;
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages?: Record<string, { integrity?: string } | undefined>;
  };
  const wanted = lock.packages?.[`node_modules/${bindingPackage(platform)}`]?.integrity;
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (wanted === undefined || wanted === found) return;
  throw new CliError(
    `${bindingPackage(platform)} from the registry does not match package-lock.json: ${found} instead of ${wanted}`,
  );
}
