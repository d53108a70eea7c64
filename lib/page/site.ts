// The files of the page in a store. A document's name is a hash of what it was made from, so what is there need not be made
// again, and a browser may keep it for ever. Knows no document's content.
import { createHash } from 'node:crypto';
import { jsonBytes, parseJsonObject } from '../json-object.ts';
import type { Clock, ObjectStore, ObjectVersion } from '../ports.ts';
import { FORMAT, type IndexDocument } from './documents.ts';
import type { Ref } from './page-values.ts';

/** File name → bytes: index.html, which names the program's edition, and what it loads. The names of all but it change with their content. */
export type PageAssets = ReadonlyMap<string, Uint8Array>;

export type SiteOptions = {
  readonly assets: PageAssets;
  /** Asked before each document: true ends the writing with OutOfTimeError. */
  readonly outOfTime: () => boolean;
};

export type Written = {
  readonly documents: number;
  readonly kept: number;
  readonly bytes: number;
  readonly removed: number;
};

/** Where the page of a lake stands in it, and below it the pages of one file that links lead to. */
export const SITE = 'site/';
export const LINKS = `${SITE}links/`;

const DATA = 'data/';
const INDEX = `${DATA}index.js`;
/** What no index names any more, and since when (ms): no browser reads it. */
const RETIRED = `${DATA}retired.json`;
/**
 * A page that was opened before a new one was written still finds its documents for so long, and a writer that began before its
 * own. None takes as long.
 */
const GRACE_MS = 60 * 60 * 1000;

/** What was written is kept, and the page that was there before still stands: the next writing goes on from it. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

export class Site {
  readonly #store: ObjectStore;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #outOfTime: () => boolean;
  readonly #assets: PageAssets;
  /** Another program may make another document of the same things. */
  readonly #edition: string;
  readonly #present: ReadonlyMap<string, ObjectVersion>;
  readonly #retired: ReadonlyMap<string, number>;
  readonly #named = new Set<string>();
  readonly #counts = { documents: 0, kept: 0, bytes: 0, removed: 0 };

  private constructor(
    store: ObjectStore,
    prefix: string,
    clock: Clock,
    { assets, outOfTime }: SiteOptions,
    present: ReadonlyMap<string, ObjectVersion>,
    retired: ReadonlyMap<string, number>,
  ) {
    this.#store = store;
    this.#prefix = prefix;
    this.#clock = clock;
    this.#outOfTime = outOfTime;
    this.#assets = assets;
    this.#edition = createHash('sha256')
      .update(assets.get('index.html') ?? '')
      .digest('hex');
    this.#present = present;
    this.#retired = retired;
  }

  /** `prefix`: '' or ends in `/`. */
  static async open(store: ObjectStore, prefix: string, clock: Clock, options: SiteOptions): Promise<Site> {
    const present = new Map<string, ObjectVersion>();
    for await (const version of store.list(prefix)) present.set(version.key.slice(prefix.length), version);
    const retired = present.has(RETIRED) ? await readRetired(store, prefix + RETIRED) : new Map();
    return new Site(store, prefix, clock, options, present, retired);
  }

  /**
   * The document of a kind that is made from `basis`, which has everything of the lake that can change it. `make` is called, and the file
   * written, only where it is not there yet.
   */
  async document<Document extends object>(
    kind: string,
    basis: object,
    make: () => Document | Promise<Document>,
  ): Promise<Ref<Document>> {
    const file = this.#fileOf(kind, basis);
    if (this.#named.has(file)) return file;
    if (this.#outOfTime()) throw new OutOfTimeError('There was no time for the rest of the page.');
    if (this.#isKept(DATA + file)) this.#counts.kept += 1;
    else {
      await this.#write(DATA + file, documentBytes(file, await make()));
      this.#counts.documents += 1;
    }
    // Only now: whoever is given the name of a document may rely on it.
    this.#named.add(file);
    return file;
  }

  /** The same, where `make` may lack something that is gone or damaged: then the next writing tries again. */
  async wholeDocument<Document extends object>(
    kind: string,
    basis: object,
    make: () => Promise<{ readonly document: Document; readonly isWhole: boolean }>,
  ): Promise<Ref<Document>> {
    const file = this.#fileOf(kind, basis);
    if (this.#named.has(file) || this.#isKept(DATA + file))
      return this.document(kind, basis, async () => (await make()).document);
    const { document, isWhole } = await make();
    return this.document(kind, isWhole ? basis : { basis, document }, () => document);
  }

  #fileOf(kind: string, basis: object): string {
    return `${kind}-${hashOf(JSON.stringify([FORMAT, this.#edition, textHash(basis)]))}.js`;
  }

  /** What is retired may be removed by another writer while this one works. */
  #isKept(name: string): boolean {
    return this.#present.has(name) && !this.#retired.has(name);
  }

  /** The last of a writing: the index that names the others, then what no index of the last hour named is removed. */
  async finish(index: IndexDocument): Promise<Written> {
    const assets = this.#assets;
    for (const [name, bytes] of assets)
      if (name !== 'index.html' && !this.#isKept(name)) await this.#write(name, bytes);
    const html = assets.get('index.html');
    if (html) await this.#write('index.html', html);
    await this.#write(INDEX, documentBytes('index.js', index));
    const kept = new Set([...assets.keys(), ...[...this.#named].map((file) => DATA + file)]);
    const left = [...this.#present.keys()].filter((name) => !kept.has(name) && isOwn(name));
    await this.#retire(left);
    return this.#counts;
  }

  async #retire(left: readonly string[]): Promise<void> {
    const now = this.#clock().getTime();
    const retired = new Map(left.map((name) => [name, this.#retired.get(name) ?? now]));
    const old = left.filter((name) => (retired.get(name) ?? now) < now - GRACE_MS);
    await this.#remove(old);
    for (const name of old) retired.delete(name);
    const isSame = retired.size === this.#retired.size && left.every((name) => this.#retired.has(name));
    if (!isSame) await this.#store.write(this.#prefix + RETIRED, jsonBytes(Object.fromEntries(retired)));
  }

  /** Except what another writer rewrote since this one began. */
  async #remove(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const now = new Map<string, ObjectVersion>();
    for await (const version of this.#store.list(this.#prefix)) now.set(version.key, version);
    const same = names.flatMap((name) => {
      const before = this.#present.get(name);
      const found = now.get(this.#prefix + name);
      return found && found.etag === before?.etag && found.lastModifiedMs === before.lastModifiedMs
        ? [found.key]
        : [];
    });
    await this.#store.remove(same);
    this.#counts.removed += same.length;
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    await this.#store.write(this.#prefix + name, bytes);
    this.#counts.bytes += bytes.length;
  }
}

/** What a page's writer may have made: a folder may hold other files, which are not ours to remove. */
function isOwn(name: string): boolean {
  return /^data\/[a-z-]+-[0-9a-f]{32}\.js$/.test(name) || /^[a-z]+-[A-Z0-9]{8}\.(?:js|css)$/.test(name);
}

/** Whether a page may have a file of this name, so that it may be handed out. */
export function isPageFile(name: string): boolean {
  return name === 'index.html' || name === INDEX || isOwn(name);
}

/** A damaged list is none: then everything is retired from now on. */
async function readRetired(store: ObjectStore, key: string): Promise<Map<string, number>> {
  const found = parseJsonObject<Record<string, unknown>>(await store.read(key)) ?? {};
  return new Map(
    Object.entries(found).flatMap(([name, since]) => (typeof since === 'number' ? [[name, since]] : [])),
  );
}

// Bases are never changed, and some are large and the same in each writing.
const hashes = new WeakMap<object, string>();

function textHash(basis: object): string {
  const known = hashes.get(basis) ?? hashOf(JSON.stringify(basis));
  hashes.set(basis, known);
  return known;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/**
 * A script, because a page that was opened from a disk may load scripts and nothing else. As JSON in which no character can end
 * the script's element or its line.
 */
function documentBytes(file: string, document: object): Uint8Array {
  const json = JSON.stringify(document).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Buffer.from(`${beforeJson(file)}${json}${AFTER_JSON}`);
}

const beforeJson = (file: string) => `(self.sluice??=[]).push([${JSON.stringify(file)},`;
const AFTER_JSON = ']);\n';

/** The JSON of a document, in which no `<` stands. `file`: its name below data/. */
export function documentJson(file: string, bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  const start = beforeJson(file);
  const json = text.slice(start.length, -AFTER_JSON.length);
  if (text === `${start}${json}${AFTER_JSON}` && !json.includes('<')) return json;
  throw new Error(`data/${file} is not a document of a page`);
}
