// Moves a file of the local disk.
import { copyFile, rename, rm } from 'node:fs/promises';

/** Between file systems, too. What is at `to` is replaced. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from, { force: true });
  }
}
