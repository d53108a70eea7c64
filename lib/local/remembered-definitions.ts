// Keeps what was bound of one schemas folder in a file beside the program: under node_modules/.cache, never in a lake. It is a hint:
// what is damaged, of another program or cannot be written counts as nothing, and it may be deleted at any time.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownPackage } from '../adapters/own-package.ts';
import type { BoundMemory } from '../definitions/bound-memory.ts';

/** Beyond this, only what the last run used is kept. */
const MAX_BYTES = 32_000_000;
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

/** Undefined where the program runs from its TypeScript, as in tests: its edition is not known then. */
export async function rememberedDefinitions(schemas: string): Promise<BoundMemory | undefined> {
  const own = fileURLToPath(import.meta.url);
  if (extname(own) === '.ts') return undefined;
  const { folder, form } = ownPackage();
  const isInstalled = form === 'compiled';
  const modules =
    basename(dirname(folder)) === 'node_modules' ? dirname(folder) : join(folder, 'node_modules');
  const edition = await editionOf(
    isInstalled ? join(folder, 'dist') : dirname(own),
    join(folder, 'package.json'),
  );
  const place = join(modules, '.cache', 'sluice', 'definitions');
  return openMemory(join(place, `${sha256(resolve(schemas)).slice(0, 16)}.txt`), edition);
}

/** Of the code, which decides what is bound and how. `code`: the folder of the compiled program. */
async function editionOf(code: string, packageFile: string): Promise<string> {
  const names = await readdir(code, { recursive: true });
  const files = names.filter((name) => extname(name) === '.js').sort();
  const hash = createHash('sha256').update(await readFile(packageFile));
  for (const name of files) hash.update(`\n${name}\n`).update(await readFile(join(code, name)));
  return hash.digest('hex');
}

/** `edition`: what another one kept counts as nothing. */
export async function openMemory(file: string, edition: string): Promise<BoundMemory> {
  const before = entriesIn(await readFile(file, 'utf8').catch(() => ''), edition);
  return new FileMemory(file, edition, before);
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
    const all = textOf(this.#edition, [...this.#entries]);
    const used = () =>
      textOf(
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

function textOf(edition: string, entries: readonly (readonly [string, unknown])[]): string {
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
