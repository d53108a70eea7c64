// The chart in an insight's front matter: `false`, or `{kind: line, x: day, y: [net, gross], colour: region}`. It is drawn, and
// never changes a row.
import { didYouMean } from '../core/did-you-mean.ts';
import type { ChartWords } from '../core/insight.ts';
import { isNested } from '../core/nested-type.ts';
import type { Column } from '../core/schema.ts';
import type { Place } from './place.ts';

const KINDS = ['line', 'bar'] as const;
const WORDS = ['kind', 'x', 'y', 'colour'] as const;
const MAX_MEASURES = 3;
const EXAMPLE = 'false, or columns to draw, such as {kind: line, x: day, y: amount, colour: region}';

/** Not yet checked against the columns. `place`: of the property `chart`, or of what is in it. Throws DefinitionError. */
export function parseChart(words: unknown, place: (...path: PropertyKey[]) => Place): ChartWords | false {
  if (words === false) return false;
  if (typeof words !== 'object' || words === null || Array.isArray(words))
    return place().refuse(`it must be ${EXAMPLE}`);
  const given = words as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((word) => !WORDS.some((known) => known === word));
  if (unknown !== undefined)
    place(unknown).refuse(
      `"${unknown}" is not a property of a chart.${didYouMean(unknown, WORDS)} Known properties: ${WORDS.join(', ')}`,
    );
  if (Object.keys(given).length === 0) place().refuse(`it must be ${EXAMPLE}`);
  const { kind, x, y, colour } = given;
  return {
    ...(kind === undefined ? {} : { kind: chartKind(kind, place('kind')) }),
    ...(x === undefined ? {} : { x: columnNames(x, place('x')) }),
    ...(y === undefined ? {} : { y: measures(y, place('y')) }),
    ...(colour === undefined ? {} : { colour: colourName(colour, place('colour')) }),
  };
}

function chartKind(value: unknown, place: Place): (typeof KINDS)[number] {
  return (
    KINDS.find((kind) => kind === value) ??
    place.refuse(`${JSON.stringify(value)} is not a kind of chart: write ${KINDS.join(' or ')}`)
  );
}

/** One name, or a list of them. */
function columnNames(value: unknown, place: Place): string[] {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (names.length === 0 || !names.every((name) => typeof name === 'string' && name !== ''))
    return place.refuse('it must be the name of a column, or a list of them');
  const texts = names as readonly string[];
  const twice = texts.find((name, i) => texts.indexOf(name) !== i);
  if (twice !== undefined) place.refuse(`${JSON.stringify(twice)} is listed twice: remove one`);
  return [...texts];
}

function measures(value: unknown, place: Place): string[] {
  const names = columnNames(value, place);
  if (names.length > MAX_MEASURES)
    place.refuse(`it names ${names.length} columns, but a chart draws at most ${MAX_MEASURES}: remove some`);
  return names;
}

function colourName(value: unknown, place: Place): string | false {
  if (value === false || (typeof value === 'string' && value !== '')) return value;
  return place.refuse('it must be the name of a column, or false for one colour');
}

/** `columns`: those that the SELECT returns. `place`: of the property. Throws DefinitionError. */
export function bindChart(words: ChartWords | false, columns: readonly Column[], place: Place): void {
  if (words === false) return;
  const { x = [], y = [], colour } = words;
  const names = columns.map(({ name }) => name);
  for (const name of [...x, ...y, ...(colour ? [colour] : [])])
    if (!names.includes(name))
      place.refuse(
        `the SELECT returns no column ${JSON.stringify(name)}.${didYouMean(name, names)} It returns ${names.join(', ')}`,
      );
  for (const name of [...x, ...(colour ? [colour] : [])]) {
    const type = columns.find((column) => column.name === name)?.type ?? '';
    if (isNested(type))
      place.refuse(
        `it names ${name}, which is of type ${type}, and lists and structs are not drawn: name another`,
      );
  }
  for (const name of y) {
    const type = columns.find((column) => column.name === name)?.type ?? '';
    if (!/^(long|integer|double|decimal.*)$/.test(type))
      place.refuse(
        `"y" names ${name}, which is of type ${type}, and only numbers can be drawn: name another`,
      );
  }
  const both = x.find((name) => y.includes(name) || name === colour) ?? y.find((name) => name === colour);
  if (both !== undefined)
    place.refuse(`${both} is named twice, and a column can be one of x, y and colour: remove one`);
}
