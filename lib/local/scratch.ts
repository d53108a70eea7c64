// The folder of one run's temporary files, named after its process, so that later runs can clean up after processes that died.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileError } from '../adapters/file-error.ts';
import { LocationGoneError } from '../errors.ts';
import type { ScratchFolder } from '../ports.ts';
import { isFolder } from './folders.ts';

const NAME = /^(?:sluice-)?run-(\d+)-/;

/** In the lake's own file system, so that publishing a file is a rename. */
export function scratchInLake(root: string): Promise<ScratchFolder> {
  return makeScratch(join(root, '.scratch'), 'run');
}

/** If the lake is not on disk, or nothing may be created there. */
export function scratchElsewhere(): Promise<ScratchFolder> {
  return makeScratch(tmpdir(), 'sluice-run');
}

async function makeScratch(folder: string, name: string): Promise<ScratchFolder> {
  try {
    await mkdir(folder, { recursive: true });
    await removeOrphans(folder);
    return await mkdtemp(join(folder, `${name}-${process.pid}-`));
  } catch (error) {
    throw fileError(error, 'write', folder);
  }
}

async function removeOrphans(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const pid = NAME.exec(entry)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    // In the system's folder some belong to other users.
    await rm(join(folder, entry), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Throws LocationGoneError if it was removed: for a lake on disk, this means that the lake was. */
export async function requireScratch(scratch: ScratchFolder): Promise<void> {
  if (await isFolder(scratch)) return;
  throw new LocationGoneError(
    `${scratch}, the folder for temporary files of this run, is gone: was its lake deleted or moved while Sluice uses it? Nothing more is written; start again.`,
  );
}
