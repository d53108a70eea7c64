// As which of Delta's types a result of DuckDB is stored, and what to write for one that has none. Knows no columns' names but
// those of structs' fields.
import { leavesOf, sqlTree, structsOf } from '../core/nested-type.ts';
import { type ColumnType, castType, columnType } from '../core/schema.ts';
import { literal } from '../sql/quoting.ts';
import type { Forms } from '../sql/value-forms.ts';

/** The type of a result's column in the table; undefined if there is none. `forms`: what is known of its values. */
export function storedType(type: string, forms: Forms | undefined): ColumnType | undefined {
  const isDay = type === 'TIMESTAMP' && forms?.type.id === type && forms.isWholeDays;
  return isDay ? 'date' : (columnType(type) ?? castType(type));
}

/** Why a column of a DuckDB type has no type of Delta, and what to write. `zone`: see typeRemedy. */
export function typeProblem(name: string, type: string, zone?: string): string {
  const tree = sqlTree(type);
  const missing = leavesOf(tree, name).find(({ leaf }) => storedType(leaf, undefined) === undefined);
  const { path, leaf } = missing ?? { path: name, leaf: type };
  const what =
    'leaf' in tree ? `column ${name} is ${type}` : `column ${name} is ${type}, and ${path} is ${leaf}`;
  const parts = /^(MAP|UNION)\(/.test(leaf) ? ', or return its parts as separate columns' : '';
  return `${what}, for which Delta has no type: ${adviceFor(leaf)}write ${typeRemedy(leaf, zone).join(' or ')}${parts}`;
}

function adviceFor(type: string): string {
  if (/^TIMESTAMP(_\w+)?$/.test(type)) return 'return the day, or state the zone whose clock it shows: ';
  return type === 'INTERVAL' ? 'count it in one unit, as a month has no fixed length: ' : '';
}

/** What to write for a value `x` whose type Delta lacks. `zone`: the one whose clock it is likely to show. */
export function typeRemedy(type: string, zone = 'UTC'): readonly string[] {
  const casts = (...types: string[]) => types.map((to) => `CAST(x AS ${to})`);
  if (type === 'FLOAT') return casts('DOUBLE');
  // A time without a zone: only its author knows which one it means.
  if (/^TIMESTAMP(_\w+)?$/.test(type)) return [...casts('DATE'), `x AT TIME ZONE ${literal(zone)}`];
  if (type === 'INTERVAL') return ['epoch_us(x)', ...casts('VARCHAR')];
  return type.startsWith('MAP(') ? ['map_entries(x)', ...casts('VARCHAR')] : casts('VARCHAR');
}

/** What is wrong with the names of structs' fields in a column, and what to write; undefined if nothing is. */
export function fieldProblem(name: string, type: string): string | undefined {
  for (const { path, fields } of structsOf(sqlTree(type), name)) {
    const names = fields.map((field) => field.name);
    if (names.includes(''))
      return `column ${name} is ${type}, and the fields of ${path} have no names: write {'a': x, 'b': y} in the place of (x, y)`;
    const odd = names.find((one) => /[\n\t"]|^ | $/.test(one) || one === '__proto__');
    if (odd !== undefined)
      return `${path} has a field named ${JSON.stringify(odd)}: a name has no quote, tab or line end, and no blank at its ends, and is not __proto__: write another one`;
    const lower = names.map((one) => one.toLowerCase());
    const twice = names.find((_, i) => lower.indexOf(lower[i] ?? '') < i);
    if (twice !== undefined)
      return `${path} has two fields named ${JSON.stringify(twice)}, but for capital letters: rename one`;
  }
  return undefined;
}

/** A list or a struct in which there are several equal values, of which the order of the rows decides. */
export function chosenProblem(name: string, type: string, { chosenBy }: Forms): string | undefined {
  if (chosenBy === undefined || 'leaf' in sqlTree(type)) return undefined;
  return `column ${name} is ${type}, in which equal values may differ, such as 0.0 and -0.0, and ${chosenBy} takes any of them: make them exact first, for example with CAST(x AS DECIMAL(38, 9))`;
}
