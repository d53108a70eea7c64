// A memory of bound definitions in a file. It is a hint: what is damaged, of another edition or cannot be written counts as nothing,
// and it may be deleted at any time.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BoundMemory } from './bound-memory.ts';

/** Beyond this, only what the last run used is kept: each start reads all of it. */
const MAX_BYTES = 8_000_000;
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

/** `edition`: what another one kept counts as nothing. */
export async function openMemory(file: string, edition: string): Promise<BoundMemory> {
  return new FileMemory(file, edition, await entriesOf(file, edition));
}

/** Of a file that is made once and stays as it is. */
export async function readMemory(file: string, edition: string): Promise<BoundMemory> {
  const entries = new Map(Object.entries(await entriesOf(file, edition)));
  return {
    recall: (key) => entries.get(key),
    keep: (key, value) => void entries.set(key, value),
    save: async () => undefined,
  };
}

async function entriesOf(file: string, edition: string): Promise<Entries> {
  return entriesIn(await readFile(file, 'utf8').catch(() => ''), edition);
}

type Entries = Readonly<Record<string, unknown>>;

class FileMemory implements BoundMemory {
  readonly #file: string;
  readonly #edition: string;
  readonly #entries: Map<string, unknown>;
  readonly #used = new Set<string>();
  #isNew = false;

  constructor(file: string, edition: string, entries: Entries) {
    this.#file = file;
    this.#edition = edition;
    this.#entries = new Map(Object.entries(entries));
  }

  recall(key: string): unknown {
    const value = this.#entries.get(key);
    if (value !== undefined) this.#used.add(key);
    return value;
  }

  keep(key: string, value: object): void {
    this.#entries.set(key, value);
    this.#used.add(key);
    this.#isNew = true;
  }

  async save(): Promise<void> {
    if (!this.#isNew) return;
    this.#isNew = false;
    const all = memoryText(this.#edition, [...this.#entries]);
    const used = () =>
      memoryText(
        this.#edition,
        [...this.#entries].filter(([key]) => this.#used.has(key)),
      );
    await replace(this.#file, all.length > MAX_BYTES ? used() : all);
  }
}

/** Two processes may write at once: the last one's file is in its place as a whole. */
async function replace(file: string, text: string): Promise<void> {
  const own = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(own, text);
    await rename(own, file);
    await removeOld(dirname(file));
  } catch {
    // Without it, the next run binds again: a read-only place is not an error.
    await rm(own, { force: true }).catch(() => undefined);
  }
}

/** Of folders that nobody works with any more, and what an interrupted process left. */
async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > MAX_AGE_MS) await rm(path, { force: true });
  }
}

/** A file's text. */
export function memoryText(edition: string, entries: readonly (readonly [string, unknown])[]): string {
  const body = JSON.stringify(Object.fromEntries(entries));
  return `${edition}\n${sha256(body)}\n${body}`;
}

/** The sum tells a damaged file from a whole one. */
function entriesIn(text: string, edition: string): Entries {
  const [writer, sum, body = ''] = text.split('\n', 3);
  return writer === edition && sum === sha256(body) ? (JSON.parse(body) as Entries) : {};
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
