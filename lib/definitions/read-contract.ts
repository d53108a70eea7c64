// Parses a contract's text into properties of the right shapes, or refuses it with the position: JSON syntax, then shapes.
import { isLosslessNumber, LosslessNumber, parse } from 'lossless-json';
import type * as z from 'zod';
import { placeInText } from '../core/definition-hash.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import type { DefinitionError } from '../errors.ts';
import { isNotYetSupported, packageWords, type ResourceWords, wordsAt } from './contract-schema.ts';
import { Place, refusalOf } from './place.ts';

/** A resource whose properties have wrong shapes. */
export type RefusedWords = {
  readonly error: DefinitionError;
  readonly name: unknown;
  readonly path: unknown;
  readonly history: unknown;
};

/**
 * The resources in order, each with its properties or its refusal. Throws DefinitionError if the whole contract is
 * wrong. Numbers that a JavaScript number could change (all but safe integers) stay LosslessNumber, which keeps
 * their text.
 */
export function readContract(file: string, text: string): (ResourceWords | RefusedWords)[] {
  const place = new Place(file);
  const json = readJson(place, text);
  const result = packageWords.safeParse(json);
  if (result.success) return result.data.resources;
  const own = result.error.issues.find(({ path }) => path[0] !== 'resources' || path.length < 2);
  if (own) refuseIssue(place, json, own);
  const { resources } = json as { readonly resources: readonly Omit<RefusedWords, 'error'>[] };
  return resources.map((resource, index) => {
    const issue = result.error.issues.find(({ path }) => path[1] === index);
    if (issue === undefined) return packageWords.shape.resources.element.parse(resource);
    const error = refusalOf(() => refuseIssue(place, json, issue));
    if (error === undefined) throw result.error;
    return { error, name: resource?.name, path: resource?.path, history: resource?.history };
  });
}

function readJson(place: Place, text: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  const deep = placeBeyondDepth(plain, MAX_DEPTH);
  if (deep !== undefined) {
    const { line, column } = placeInText(plain, deep);
    new Place(place.file, `line ${line}, column ${column}`).refuse(
      `brackets are nested more than ${MAX_DEPTH} deep, which no contract property needs: remove them`,
    );
  }
  try {
    return parse(plain, null, { parseNumber: (digits) => exactNumber(digits) });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const position = /^(.*) at position (\d+)$/s.exec(error.message);
    const { line, column } = placeInText(plain, Number(position?.[2] ?? 0));
    return new Place(place.file, `line ${line}, column ${column}`).refuse(
      `this is not JSON: ${position?.[1] ?? error.message}. Correct the file there`,
    );
  }
}

/** Contract properties are nested about a dozen deep; the JSON parser recurses for each bracket. */
const MAX_DEPTH = 200;

/** The position in a JSON text of the first bracket nested that deep; undefined if there is none. */
function placeBeyondDepth(text: string, depth: number): number | undefined {
  let open = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isQuoted && character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === '[' || character === '{') open += 1;
    else if (character === ']' || character === '}') open -= 1;
    if (open > depth) return at;
  }
  return undefined;
}

function exactNumber(digits: string): unknown {
  const number = Number(digits);
  return Number.isSafeInteger(number) && String(number) === digits ? number : new LosslessNumber(digits);
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  array: 'a list ([…])',
  object: 'an object ({…})',
  record: 'an object ({…})',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
};

function refuseIssue(root: Place, json: unknown, issue: z.core.$ZodIssue): never {
  const place = root.at(...issue.path);
  const value = issue.path.reduce<unknown>(
    (part, key) => (part as Record<PropertyKey, unknown>)?.[key],
    json,
  );
  const name = String(issue.path.at(-1) ?? 'the file');
  if (issue.code === 'unrecognized_keys') {
    const word = issue.keys[0] ?? '';
    const problem = isNotYetSupported(word)
      ? `"${word}" is not supported yet: remove it`
      : `"${word}" is not a known contract property here.${didYouMean(word, wordsAt(issue.path))} Correct or remove it`;
    return place.at(word).refuse(problem);
  }
  if (value === undefined) return place.refuse(`"${name}" is missing: add it`);
  if (issue.code === 'invalid_type') {
    if (name === 'path' && Array.isArray(value))
      return place.refuse(`a list of paths is not supported yet: write one glob, such as "folder/*.csv"`);
    if ((name === 'schema' || name === 'dialect') && typeof value === 'string')
      return place.refuse(
        `a ${name} in another file (${written(value)}) is not supported yet: write it here`,
      );
    return place.refuse(`${written(value)} is not ${TYPE_NAMES[issue.expected] ?? issue.expected}`);
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map((allowed) => JSON.stringify(allowed)).join(' or ');
    return place.refuse(`${written(value)} is not supported yet: write ${values}, or remove it`);
  }
  return place.refuse(
    `${written(value)} is not allowed here: ${issue.message.replace(/^[A-Z]/, (c) => c.toLowerCase())}`,
  );
}

/** A value as written in the contract. */
export function written(value: unknown): string {
  const text =
    JSON.stringify(value, (_, part: unknown) => (isLosslessNumber(part) ? Number(part.value) : part)) ??
    'nothing';
  const shown = isLosslessNumber(value) ? value.value : text;
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}
