// Definitions that are set aside, and what stays unchanged because of them. One bad file must not stop the others and must
// never remove rows: anything that may belong to an unreadable definition is neither unknown nor undefined. Pure.
import type { DefinitionError } from '../errors.ts';
import { historyName } from './built-in.ts';
import { globMatcher, globProblem } from './glob.ts';

export type SetAside = {
  readonly file: string;
  readonly kind: 'package' | 'dataset' | 'insight';
  /** Names of its datasets, or of the insight, as far as the file shows them. */
  readonly names: readonly string[];
  /** Globs over landing keys, as far as the file shows them: no other dataset may use such a key meanwhile. */
  readonly paths: readonly string[];
  /** It may define further tables whose names the file does not show. */
  readonly hidesNames: boolean;
  /** It may own landing keys that match none of `paths`. */
  readonly hidesPaths: boolean;
  /** Its message has the file, the position, the problem and the next step. */
  readonly error: DefinitionError;
  /** The insights that read it or are audited against it, directly or indirectly. */
  readonly held: readonly string[];
};

/** What a contract's text shows about its datasets, although the contract is wrong. */
export type Told = Pick<SetAside, 'names' | 'paths' | 'hidesNames' | 'hidesPaths'>;

/** From a resource as written; `isName`: whether a table can have that name. */
export function toldBy({ name, path, history }: Resource, isName: (name: string) => boolean): Told {
  const hasName = typeof name === 'string' && isName(name);
  const hasPath = typeof path === 'string' && globProblem(path) === undefined;
  return {
    names: hasName ? (history ? [name, historyName(name)] : [name]) : [],
    paths: hasPath ? [path] : [],
    hidesNames: !hasName,
    hidesPaths: !hasPath,
  };
}

/** From a whole contract: for text that is not JSON, the globs after "path"; names cannot be told from those of fields. */
export function toldByContract(text: string, isName: (name: string) => boolean): Told {
  const resources = resourcesIn(text);
  if (resources === undefined) return { names: [], paths: pathsIn(text), hidesNames: true, hidesPaths: true };
  const told = resources.map((resource) => toldBy(resource, isName));
  return {
    names: told.flatMap(({ names }) => names),
    paths: told.flatMap(({ paths }) => paths),
    hidesNames: told.length === 0 || told.some(({ hidesNames }) => hidesNames),
    hidesPaths: told.length === 0 || told.some(({ hidesPaths }) => hidesPaths),
  };
}

type Resource = { readonly name?: unknown; readonly path?: unknown; readonly history?: unknown };

function resourcesIn(text: string): Resource[] | undefined {
  try {
    const contract = JSON.parse(text.replace(/^\uFEFF/, '')) as { readonly resources?: unknown } | null;
    const list = contract?.resources;
    return Array.isArray(list) ? list.map((one: unknown) => (one ?? {}) as Resource) : [];
  } catch {
    return undefined;
  }
}

function pathsIn(text: string): string[] {
  return [...text.matchAll(/"path"\s*:\s*("(?:[^"\\\n]|\\.)*")/g)].flatMap(([, written = '""']) => {
    const path = textOf(written);
    return path !== undefined && globProblem(path) === undefined ? [path] : [];
  });
}

function textOf(json: string): string | undefined {
  try {
    return String(JSON.parse(json));
  } catch {
    return undefined;
  }
}

/** Decides what may belong to the definitions that were set aside. */
export class AsideIndex {
  readonly #aside: readonly SetAside[];
  readonly #takers: readonly { readonly by: SetAside; readonly matches: (key: string) => boolean }[];

  constructor(aside: readonly SetAside[]) {
    this.#aside = aside;
    this.#takers = aside.flatMap((by) => by.paths.map((path) => ({ by, matches: globMatcher(path) })));
  }

  /** The definition that matches the landing key, or may match it if no dataset does. */
  ofKey(key: string, isClaimed: boolean): SetAside | undefined {
    const taker = this.#takers.find(({ matches }) => matches(key));
    if (taker || isClaimed) return taker?.by;
    return this.#aside.find(({ hidesPaths }) => hidesPaths);
  }

  /** The definition that a table of that name belongs to, is held back by, or may belong to. Only for names that nothing else defines. */
  ofName(name: string): SetAside | undefined {
    const isIt = (other: string) => other.toLowerCase() === name.toLowerCase();
    return (
      this.#aside.find(({ names, held }) => names.some(isIt) || held.some(isIt)) ??
      this.#aside.find(({ hidesNames }) => hidesNames)
    );
  }
}
