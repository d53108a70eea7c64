// Finds out that the definitions changed while a lake is followed, and what is in force then: the new text of each file, or,
// where that is wrong, the text before it. Goes by the texts, so that it does not matter how an editor writes them.
import type { Catalog } from '../core/catalog.ts';
import { tablePrefix } from '../core/insight.ts';
import type { SetAside } from '../core/set-aside.ts';
import { type DefinitionFile, readDefinitionFiles } from '../definitions/definition-files.ts';
import { bindCatalog } from '../definitions/load-catalog.ts';
import { CliError } from '../errors.ts';
import type { SqlEngine } from '../ports.ts';
import type { Changes } from './changes.ts';

/** What is wrong with files that have no text before is in the catalog's `aside`. */
export type Redefinition = {
  readonly catalog: Catalog;
  /** Files that are other ones now, are new, or are gone. */
  readonly changed: readonly string[];
  /** Tables that were defined, and that nothing defines any more. */
  readonly gone: readonly string[];
  /** What is wrong with new texts: those before stay in force. */
  readonly refused: readonly SetAside[];
  /** Why there is nothing to read at all: then all stays as it was. */
  readonly problem?: string;
};

/** Several files, and each in several steps, are often written at once: so long nothing may have changed any more. */
const QUIET_MS = 1_000;

type Texts = readonly DefinitionFile[] | CliError;

export class Definitions {
  readonly #folder: string;
  readonly #engine: SqlEngine;
  /** As they were read last. */
  #read: Texts;
  /** As they lie there, since the last look. */
  #seen: Texts;
  #inForce: readonly DefinitionFile[];
  #catalog: Catalog;

  /** `files`: what `catalog` was made of. */
  constructor(folder: string, engine: SqlEngine, files: readonly DefinitionFile[], catalog: Catalog) {
    this.#folder = folder;
    this.#engine = engine;
    [this.#read, this.#seen, this.#inForce] = [files, files, files];
    this.#catalog = catalog;
  }

  /** Looks from time to time until `changes` is stopped, and tells it what has changed and come to rest. */
  async watch(changes: Changes): Promise<void> {
    while (await changes.stillWanted(QUIET_MS)) {
      const now = await this.#look();
      const isQuiet = idOf(now) === idOf(this.#seen);
      this.#seen = now;
      if (isQuiet && idOf(now) !== idOf(this.#read)) changes.redefine();
    }
  }

  /** What is in force from now on. */
  async reload(): Promise<Redefinition> {
    const now = await this.#look();
    this.#read = now;
    if (now instanceof CliError)
      return { catalog: this.#catalog, changed: [], gone: [], refused: [], problem: now.message };
    const before = this.#inForce;
    const refused: SetAside[] = [];
    let files = now;
    for (;;) {
      const catalog = await bindCatalog(files, this.#engine);
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

  async #look(): Promise<Texts> {
    try {
      return await readDefinitionFiles(this.#folder);
    } catch (error) {
      if (error instanceof CliError) return error;
      throw error;
    }
  }
}

/** Of files that were set aside, and that had another text. */
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

function idOf(texts: Texts): string {
  if (texts instanceof CliError) return texts.message;
  return JSON.stringify(texts.map((file) => [file.file, textOf(file)]));
}
