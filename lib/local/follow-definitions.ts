// The definitions of a watched lake, and which are in effect after a change: the new text of each file or, if that is
// wrong, its previous text.
import type { Catalog } from '../core/catalog.ts';
import { tablePrefix } from '../core/insight.ts';
import type { SetAside } from '../core/set-aside.ts';
import type { BoundMemory } from '../definitions/bound-memory.ts';
import { type DefinitionFile, readDefinitionFiles } from '../definitions/definition-files.ts';
import { bindCatalog } from '../definitions/load-catalog.ts';
import { CliError } from '../errors.ts';
import type { SqlEngine } from '../ports.ts';
import { type Sight, Watched } from './watch.ts';

/** Wrong files without a previous text are in the catalog's `aside`. */
export type Redefinition = {
  readonly catalog: Catalog;
  /** Files that were changed, added or deleted. */
  readonly changed: readonly string[];
  /** Tables that lost their definition. */
  readonly gone: readonly string[];
  /** Errors in new texts: the previous ones stay in effect. */
  readonly refused: readonly SetAside[];
  /** Why nothing could be read: then nothing changes. */
  readonly problem?: string;
};

type Texts = readonly DefinitionFile[] | CliError;

export class Definitions {
  /** They settle together: several files are often written at once and need each other. */
  readonly watched: Watched;
  readonly #engine: SqlEngine;
  readonly #bound: BoundMemory | undefined;
  /** As found by the last look. */
  #seen: Texts;
  #inForce: readonly DefinitionFile[];
  #catalog: Catalog;

  /** `files`: the files that `catalog` was built from. `bound`: what was bound before. */
  constructor(
    folder: string,
    engine: SqlEngine,
    files: readonly DefinitionFile[],
    catalog: Catalog,
    bound?: BoundMemory,
  ) {
    const see = async () => {
      this.#seen = await textsIn(folder);
      return sightOf(this.#seen);
    };
    this.watched = new Watched(see, sightOf(files).fingerprints);
    this.#engine = engine;
    this.#bound = bound;
    [this.#seen, this.#inForce] = [files, files];
    this.#catalog = catalog;
  }

  /** What is in effect from now on, according to the last look. */
  async reload(): Promise<Redefinition> {
    const now = this.#seen;
    if (now instanceof CliError)
      return { catalog: this.#catalog, changed: [], gone: [], refused: [], problem: now.message };
    const before = this.#inForce;
    const refused: SetAside[] = [];
    let files = now;
    for (;;) {
      const catalog = await bindCatalog(files, this.#engine, this.#bound);
      const older = olderTexts(files, before, catalog.aside);
      refused.push(...catalog.aside.filter(({ file }) => older.has(file)));
      if (older.size === 0) {
        const changed = changedFiles(before, files);
        const gone = goneTables(this.#catalog, catalog);
        [this.#inForce, this.#catalog] = [files, catalog];
        return { catalog, changed, gone, refused };
      }
      files = files.map((file) => older.get(file.file) ?? file);
    }
  }
}

async function textsIn(folder: string): Promise<Texts> {
  try {
    return await readDefinitionFiles(folder);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

/** For files that were set aside and had a previous text. */
function olderTexts(
  files: readonly DefinitionFile[],
  before: readonly DefinitionFile[],
  aside: readonly SetAside[],
): Map<string, DefinitionFile> {
  const older = new Map<string, DefinitionFile>();
  for (const { file } of aside) {
    const [now, then] = [files, before].map((list) => list.find((one) => one.file === file));
    if (now && then && textOf(now) !== textOf(then)) older.set(file, then);
  }
  return older;
}

function changedFiles(before: readonly DefinitionFile[], after: readonly DefinitionFile[]): string[] {
  const old = new Map(before.map((file) => [file.file, textOf(file)]));
  const now = new Map(after.map((file) => [file.file, textOf(file)]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((file) => old.get(file) !== now.get(file))
    .sort();
}

function goneTables(before: Catalog, after: Catalog): string[] {
  const names = ({ datasets, derivations }: Catalog) => [
    ...datasets.map(({ name }) => `tables/${name}`),
    ...derivations.map(({ target }) => tablePrefix(target)),
  ];
  const defined = names(after);
  const isGone = (table: string) =>
    !defined.includes(table) && !after.asideNamed(table.slice(table.indexOf('/') + 1));
  return [...new Set(names(before))].filter(isGone);
}

function textOf({ text }: DefinitionFile): string {
  return typeof text === 'string' ? text : `unreadable: ${text.message}`;
}

/** One fingerprint for all files. */
function sightOf(texts: Texts): Sight {
  const fingerprint =
    texts instanceof CliError
      ? texts.message
      : JSON.stringify(texts.map((file) => [file.file, textOf(file)]));
  return { fingerprints: new Map([['definitions', fingerprint]]) };
}
