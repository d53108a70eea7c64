// Finds DuckDB's native binding for a Lambda platform: in the dependencies if this machine has that platform, otherwise in
// a folder that `npm run bindings` fills. Synthesis itself never uses the network.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CliError } from '../errors.ts';
import { FETCHED, fetchPackage } from './npm-package.ts';

/** `linux-arm64`: as Node names platform and architecture. */
export type Platform = `${string}-${string}`;

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
  const folder = join(FETCHED, platform);
  const name = bindingPackage(platform);
  fetchPackage(
    { name, version, integrity: lockedIntegrity(name) },
    folder,
    `Run "npm run bindings" on a machine where npm reaches its registry, or choose this machine's architecture with "-c architecture=${process.arch}"`,
  );
  return folder;
}

/** In the present folder's lock file, if there is one. */
function lockedIntegrity(name: string): string | undefined {
  if (!existsSync('package-lock.json')) return undefined;
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages?: Record<string, { integrity?: string } | undefined>;
  };
  return lock.packages?.[`node_modules/${name}`]?.integrity;
}
