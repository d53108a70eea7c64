// Reads YAML that people write: checked against a schema, each problem with its line. What the words mean, the caller knows.
import { type Document, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { didYouMean } from '../core/did-you-mean.ts';
import { Place } from './place.ts';
import { Problems } from './problems.ts';

export type YamlText = {
  /** A path for messages. */
  readonly file: string;
  readonly text: string;
  /** The line of the file on which `text` starts, from 1. */
  readonly firstLine: number;
  /** As messages call it: "front matter". */
  readonly what: string;
  /** The known properties of the object at `path`. */
  wordsAt(path: readonly PropertyKey[]): readonly string[];
  /** What a message asks for in place of a record with free names: "column names with descriptions". */
  readonly record?: string;
};

export type CheckedYaml<T> = {
  readonly data: T;
  readonly document: Document;
  /** The file's line of the value at `path`, or of the nearest one around it. */
  lineOf(path: readonly PropertyKey[]): number;
  place(...path: PropertyKey[]): Place;
};

/** An empty text is an object without properties. Throws DefinitionError with the file and the line. */
export function checkedYaml<T>(source: YamlText, schema: z.ZodType<T>): CheckedYaml<T> {
  const { file, firstLine, what } = source;
  const counter = new LineCounter();
  const document = parseDocument(source.text, {
    lineCounter: counter,
    strict: true,
    uniqueKeys: true,
    // Problems are in the document's errors and warnings: the parser itself prints nothing.
    logLevel: 'error',
  });
  const line = (position: number) => firstLine + counter.linePos(position).line - 1;
  const error = document.errors[0] ?? document.warnings[0];
  if (error)
    new Place(file, `line ${line(error.pos[0])}`).refuse(
      isTooDeep(error.message)
        ? `the ${what} is nested too deeply: its properties are values, lists, and lists of objects`
        : `the ${what} is not YAML: ${error.message.split(' at line')[0]}. Correct it there`,
    );
  const lineOf = (path: readonly PropertyKey[]) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as
        | { range?: [number, number, number] }
        | undefined;
      if (node?.range) return line(node.range[0]);
    }
    return firstLine;
  };
  const place = (...path: PropertyKey[]) => {
    const words = new Place(file).at(...path).path;
    return new Place(file, words === '' ? `line ${lineOf(path)}` : `line ${lineOf(path)}, ${words}`);
  };
  const result = schema.safeParse(plainValues(document, what, new Place(file, `line ${firstLine}`)));
  if (!result.success) return refuseWords(result.error, source, place);
  return { data: result.data, document, lineOf, place };
}

/** Throws DefinitionError if aliases expand to too much: "billion laughs". */
function plainValues(document: Document, what: string, place: Place): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    if (error instanceof ReferenceError)
      return place.refuse(
        `the aliases in the ${what} (*name) expand to too many values: write the values themselves`,
      );
    throw error;
  }
}

function isTooDeep(message: string): boolean {
  return message.includes('call stack');
}

function refuseWords(error: z.ZodError, source: YamlText, place: CheckedYaml<never>['place']): never {
  const problems = new Problems();
  for (const issue of error.issues) {
    if (issue.code !== 'unrecognized_keys')
      problems.now(() => place(...issue.path).refuse(`${wanted(issue, source)}: correct it`));
    else
      for (const word of issue.keys)
        problems.now(() => refuseWord(word, source.wordsAt(issue.path), source, place(...issue.path, word)));
  }
  return problems.refuseSurely();
}

function refuseWord(word: string, known: readonly string[], { what }: YamlText, place: Place): never {
  return place.refuse(
    `"${word}" is not a property of the ${what}.${didYouMean(word, known)} Known properties: ${known.join(', ')}`,
  );
}

function wanted(issue: z.core.$ZodIssue, { record = '' }: YamlText): string {
  if (issue.code === 'invalid_type')
    return `it must be ${issue.expected === 'record' ? record : (WANTED[issue.expected] ?? issue.expected)}`;
  if (issue.code === 'custom') return issue.message;
  return issue.code === 'invalid_value' ? `it must be ${issue.values.join(' or ')}` : 'it is empty';
}

const WANTED: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  array: 'a list, such as [year, month]',
  object: 'an object of properties (property: value)',
};
