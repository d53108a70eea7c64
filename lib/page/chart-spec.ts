// Which of an insight's columns a chart shows: as its front matter says, and otherwise chosen from the columns. Pure.
import type { Derivation } from '../core/insight.ts';
import { isNested } from '../core/nested-type.ts';
import type { DatePart, PartUnit } from '../core/window.ts';
import type { ChartSpec, PageColumn } from './insight-documents.ts';
import { isMeasure } from './page-columns.ts';

export type Charted = Pick<Derivation, 'key' | 'partitionBy' | 'chart'> & {
  readonly columns: readonly PageColumn[];
  /** What partition columns count, by name: see Catalog.datePartsOf. */
  readonly dateParts: ReadonlyMap<string, DatePart>;
};

/** Column → how many values it has in the newest rows. */
export type Distinct = ReadonlyMap<string, number>;

const MAX_MEASURES = 3;
const MAX_COLOURS = 8;

/** Null where nothing is to be drawn, or no column can be. */
export function chartSpec(charted: Charted, distinct: Distinct): ChartSpec | null {
  const { chart } = charted;
  if (chart === false) return null;
  const time = timeAxis(charted);
  const x = chart?.x ?? time ?? nameAxis(charted, distinct);
  const wanted = chart?.colour || null;
  const measures = chart?.y ?? chosenMeasures(charted, [...(x ?? []), ...(wanted ? [wanted] : [])]);
  if (x === undefined || measures.length === 0) return null;
  const isOrdered = x.every((name) => time?.includes(name) || isTime(charted, name));
  const colour = chart?.colour === undefined ? chosenColour(charted, distinct, [...x, ...measures]) : wanted;
  return { kind: chart?.kind ?? (isOrdered ? 'line' : 'bar'), x, measures, colour };
}

/** Columns of which the choice asks how many values they have. */
export function namedColumns(charted: Charted): string[] {
  const names = [...new Set([...charted.partitionBy, ...charted.key])];
  return charted.columns
    .filter(({ name, type }) => names.includes(name) && (type === 'string' || type === 'boolean'))
    .map(({ name }) => name);
}

function timeAxis(charted: Charted): string[] | undefined {
  return partitionTime(charted) ?? dateInKey(charted) ?? datesInWords(charted);
}

const UNITS: readonly PartUnit[] = ['year', 'month', 'day', 'hour'];

/** The finest column that is a time by itself, or the columns of one date. */
function partitionTime({ partitionBy, dateParts }: Charted): string[] | undefined {
  const parts = partitionBy.flatMap((name) => {
    const part = dateParts.get(name);
    return part === undefined || part.unit === 'number' ? [] : [{ name, ...part }];
  });
  const [first] = parts;
  if (first === undefined) return undefined;
  const same = parts
    .filter(({ of }) => of === first.of)
    .sort((a, b) => UNITS.indexOf(a.unit) - UNITS.indexOf(b.unit));
  const finest = same.at(-1);
  if (finest?.isWhole) return [finest.name];
  // A month needs its year to be a point in time.
  return same[0]?.isWhole ? same.map(({ name }) => name) : undefined;
}

function dateInKey({ columns, key, partitionBy }: Charted): string[] | undefined {
  const tells = [...partitionBy, ...key];
  const dates = columns.filter(
    ({ name, type }) =>
      (type === 'date' || type === 'timestamp') && (tells.length === 0 || tells.includes(name)),
  );
  return dates[0] && [dates[0].name];
}

/** Whole numbers in the key that are called as parts of a date. */
function datesInWords({ columns, key, partitionBy }: Charted): string[] | undefined {
  const tells = [...partitionBy, ...key];
  const named = (word: string) =>
    columns.find(({ name, isNumber }) => isNumber && tells.includes(name) && name.toLowerCase() === word)
      ?.name;
  const [year, month, day] = [named('year'), named('month'), named('day')];
  if (year === undefined) return undefined;
  if (month === undefined) return [year];
  return day === undefined ? [year, month] : [year, month, day];
}

function isTime({ columns, dateParts }: Charted, name: string): boolean {
  const type = columns.find((column) => column.name === name)?.type;
  const unit = dateParts.get(name)?.unit;
  return type === 'date' || type === 'timestamp' || (unit !== undefined && unit !== 'number');
}

/** The names in the key with the most values; where it has none, the first names beside it, or the numbers that it is. */
function nameAxis(charted: Charted, distinct: Distinct): string[] | undefined {
  const count = (name: string) => distinct.get(name) ?? 0;
  const [most] = namedColumns(charted).sort((a, b) => count(b) - count(a));
  const beside = charted.columns.find(({ type }) => type === 'string')?.name;
  const isSingle = (name: string) =>
    charted.columns.some((column) => column.name === name && !isNested(column.type));
  const chosen = most ?? beside ?? charted.key.find(isSingle);
  return chosen === undefined ? undefined : [chosen];
}

/** Of the first unit; without units amounts, which have decimals, come before counts. */
function chosenMeasures({ columns, key, partitionBy }: Charted, taken: readonly string[]): string[] {
  const numbers = columns.filter((column) => isMeasure(column, [...key, ...partitionBy, ...taken]));
  const unit = numbers.find((column) => column.unit !== null)?.unit ?? null;
  const alike = numbers.filter((column) => column.unit === unit);
  const amounts = alike.filter(({ type }) => isAmount(type));
  return [...amounts, ...alike.filter((column) => !amounts.includes(column))]
    .slice(0, MAX_MEASURES)
    .map(({ name }) => name);
}

function isAmount(type: string): boolean {
  return type === 'double' || (type.startsWith('decimal') && !type.endsWith(',0)'));
}

/** One that is called a currency comes first: amounts of several currencies add up to nothing. */
function chosenColour(charted: Charted, distinct: Distinct, taken: readonly string[]): string | null {
  const few = namedColumns(charted).filter((name) => {
    const values = distinct.get(name) ?? 0;
    return !taken.includes(name) && values > 1 && values <= MAX_COLOURS;
  });
  return few.find((name) => /currency/i.test(name)) ?? few[0] ?? null;
}
