// Mutations: rules of a proof that are taken out of its source, one at a time. They stand in files that read as diffs do:
//
//     @@ name
//     # equivalent: why it shows in no query (or nothing); untried: why no query of it can be run
//     -a piece of the source, there once, from the middle of a line or of several
//     +what stands there instead
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** `name`: `<file>/<rule>`; `file`: of lib/sql. `equivalent`: why no query can show it, or none can be run; undefined where one must. */
export type Mutation = {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly equivalent: string | undefined;
};

/** Of all files `<file of lib/sql>.diff` in the folder. */
export function mutationsIn(folder: string): Mutation[] {
  const lists = readdirSync(folder).filter((name) => name.endsWith('.diff'));
  return lists.toSorted().flatMap((list) => {
    const room = basename(list, '.diff');
    // What stands before the first is about the list.
    const [, ...entries] = readFileSync(join(folder, list), 'utf8').split(/^@@ /m);
    return entries.map((entry) => parsedEntry(room, entry));
  });
}

function parsedEntry(room: string, entry: string): Mutation {
  const [rule = '', ...lines] = entry.split('\n').filter((line) => line !== '');
  const after = (sign: string) =>
    lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(sign.length));
  const odd = lines.find((line) => !/^([-+]|# (equivalent|untried): )/.test(line));
  if (odd !== undefined)
    throw new Error(`${room}/${rule}: a line of a mutation is not ${JSON.stringify(odd)}`);
  return {
    name: `${room}/${rule}`,
    file: `${room}.ts`,
    from: after('-').join('\n'),
    to: after('+').join('\n'),
    equivalent: [...after('# equivalent: '), ...after('# untried: ')][0],
  };
}

/** The file's text with the mutation; throws if what it replaces is not there exactly once. */
export function mutated(text: string, { name, from, to }: Mutation): string {
  const pieces = from === '' ? [] : text.split(from);
  if (pieces.length !== 2)
    throw new Error(`${name}: its piece of the source is there ${Math.max(pieces.length - 1, 0)} times`);
  return pieces.join(to);
}
