// Definitions that cannot be taken, and what stays as it is because of them. One bad file must not stop the others, and must
// never make rows go: what may belong to a definition that cannot be read is judged neither unknown nor undefined. Pure.
import type { DefinitionError } from '../errors.ts';
import { globMatcher, globProblem } from './glob.ts';

export type SetAside = {
  readonly file: string;
  readonly kind: 'package' | 'dataset' | 'insight';
  /** Of its datasets, or of the insight, as far as the file tells them. */
  readonly names: readonly string[];
  /** Globs over landing keys, as far as the file tells them: nobody else may take such a key meanwhile. */
  readonly paths: readonly string[];
  /** There may be tables of it whose names the file does not tell. */
  readonly hidesNames: boolean;
  /** There may be landing keys of it that match none of `paths`. */
  readonly hidesPaths: boolean;
  /** Its message names file, place, problem and next step. */
  readonly error: DefinitionError;
  /** The insights that read it or are audited against it, directly or not. */
  readonly held: readonly string[];
};

/** What a contract's text tells of its datasets, although it cannot be taken as a whole. */
export type Told = Pick<SetAside, 'names' | 'paths' | 'hidesNames' | 'hidesPaths'>;

/** Of a name and a path as they were written; `isName`: whether a table may be called so. */
export function toldBy(name: unknown, path: unknown, isName: (name: string) => boolean): Told {
  const hasName = typeof name === 'string' && isName(name);
  const hasPath = typeof path === 'string' && globProblem(path) === undefined;
  return {
    names: hasName ? [name] : [],
    paths: hasPath ? [path] : [],
    hidesNames: !hasName,
    hidesPaths: !hasPath,
  };
}

/** Of a whole contract: of text that is not JSON, the globs that stand after "path"; names stand beside those of fields. */
export function toldByContract(text: string, isName: (name: string) => boolean): Told {
  const resources = resourcesIn(text);
  if (resources === undefined) return { names: [], paths: pathsIn(text), hidesNames: true, hidesPaths: true };
  const told = resources.map(({ name, path }) => toldBy(name, path, isName));
  return {
    names: told.flatMap(({ names }) => names),
    paths: told.flatMap(({ paths }) => paths),
    hidesNames: told.length === 0 || told.some(({ hidesNames }) => hidesNames),
    hidesPaths: told.length === 0 || told.some(({ hidesPaths }) => hidesPaths),
  };
}

type Resource = { readonly name?: unknown; readonly path?: unknown };

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

/** Answers for a catalog's other definitions what may belong to those that were set aside. */
export class AsideIndex {
  readonly #aside: readonly SetAside[];
  readonly #takers: readonly { readonly by: SetAside; readonly matches: (key: string) => boolean }[];

  constructor(aside: readonly SetAside[]) {
    this.#aside = aside;
    this.#takers = aside.flatMap((by) => by.paths.map((path) => ({ by, matches: globMatcher(path) })));
  }

  /** What takes the landing key, or may take it where no dataset does. */
  ofKey(key: string, isClaimed: boolean): SetAside | undefined {
    const taker = this.#takers.find(({ matches }) => matches(key));
    if (taker || isClaimed) return taker?.by;
    return this.#aside.find(({ hidesPaths }) => hidesPaths);
  }

  /** What a table of that name belongs to, is held by, or may belong to. To be asked of names that nothing else defines. */
  ofName(name: string): SetAside | undefined {
    const isIt = (other: string) => other.toLowerCase() === name.toLowerCase();
    return (
      this.#aside.find(({ names, held }) => names.some(isIt) || held.some(isIt)) ??
      this.#aside.find(({ hidesNames }) => hidesNames)
    );
  }
}
