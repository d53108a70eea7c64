// Packages of npm for another platform than this machine's, fetched into a folder of the present one, which synthesis reads.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError } from '../errors.ts';

/** In the present folder, the CDK app's. */
export const FETCHED = resolve('.bindings');

export type NpmPackage = {
  readonly name: string;
  readonly version: string;
  /** As a lock file has it. Undefined: npm has checked the archive against the registry's. */
  readonly integrity: string | undefined;
};

/** Fetches it into `folder`, below FETCHED, in place of what is there. `instead`: what else to do where npm cannot. Throws CliError. */
export function fetchPackage(
  { name, version, integrity }: NpmPackage,
  folder: string,
  instead: string,
): void {
  mkdirSync(FETCHED, { recursive: true });
  const scratch = mkdtempSync(join(FETCHED, 'fetch-'));
  try {
    const archive = join(scratch, pack(`${name}@${version}`, scratch, instead));
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (integrity !== undefined && integrity !== found)
      throw new CliError(
        `${name} from the registry does not match its known hash: ${found} instead of ${integrity}`,
      );
    execFileSync('tar', ['-xzf', archive, '-C', scratch]);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(scratch, 'package'), folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function pack(specifier: string, into: string, instead: string): string {
  try {
    const answer = execFileSync(
      'npm',
      ['pack', specifier, '--json', '--prefer-offline', '--pack-destination', into],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        // It lists every file.
        maxBuffer: 64 * 1024 * 1024,
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
    throw new CliError(`npm cannot fetch ${specifier}: ${reason}. ${instead}`, 1, { cause: error });
  }
}
