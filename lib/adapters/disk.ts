// Files and folders as a store writes them: if durable, each finished step survives a power cut.
import { link, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { present } from './file-listing.ts';

export class Disk {
  readonly #durable: boolean;
  /** By folder: what its running sync is followed by, for all who asked since that began. */
  readonly #folders = new Map<string, { running: Promise<void>; next?: Promise<void> }>();

  /** `durable`: false skips every fsync. */
  constructor(durable: boolean) {
    this.#durable = durable;
  }

  async makeFolder(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    for (let made = folder; made.length >= first.length; made = dirname(made))
      await this.syncFolder(dirname(made));
  }

  /** As `sync`; whoever asks while it runs shares the next one, which sees what they did. */
  async syncFolder(folder: string): Promise<void> {
    const known = this.#folders.get(folder);
    if (known?.next !== undefined) return known.next;
    if (known !== undefined) {
      known.next = known.running.catch(() => undefined).then(() => this.#startSync(folder));
      return known.next;
    }
    return this.#startSync(folder);
  }

  #startSync(folder: string): Promise<void> {
    const running = this.sync(folder).finally(() => {
      const now = this.#folders.get(folder);
      if (now?.running === running && now.next === undefined) this.#folders.delete(folder);
    });
    this.#folders.set(folder, { running });
    return running;
  }

  /** From `folder` up to, but excluding, `root`. */
  async removeEmptyFolders(folder: string, root: string): Promise<void> {
    for (let empty = folder; empty.length > root.length; empty = dirname(empty)) {
      try {
        await rmdir(empty);
      } catch (error) {
        if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY'].includes(codeOf(error) ?? '')) return;
        if (codeOf(error) !== 'ENOENT') throw error;
      }
    }
  }

  async writeSynced(path: string, bytes: Uint8Array): Promise<void> {
    const file = await open(path, 'w');
    try {
      await file.writeFile(bytes);
      if (this.#durable) await file.sync();
    } finally {
      await file.close();
    }
  }

  async sync(path: string): Promise<void> {
    if (!this.#durable) return;
    const file = await open(path, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/** A folder is not removed. */
export async function unlinkFile(path: string): Promise<void> {
  try {
    await present(unlink(path));
  } catch (error) {
    if (codeOf(error) !== 'EISDIR') throw error;
  }
}

export async function linkIfAbsent(part: string, path: string): Promise<boolean> {
  try {
    await link(part, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

export async function renameIfSameDisk(source: string, path: string): Promise<boolean> {
  try {
    await rename(source, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EXDEV') return false;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
