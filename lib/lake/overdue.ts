// Which expected files of a dataset have not come, from the keys that have come and the time. Knows neither stores nor logs. Pure.
import type { Dataset } from '../core/contract.ts';
import { dueMs, type Expect, isOnTheClock, lastDue, momentText, periodOf } from '../core/expect.ts';
import { localClock } from '../core/local-time.ts';
import { periodOfText, periodText } from '../core/period.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { withMarkers } from './markers.ts';
import { partitionId, partitionOf } from './partition.ts';
import { captures, pathValues } from './path-values.ts';

/** Periods one after the other of which no file has come. */
export type Gap = {
  /** Path field → value; {} if the contract names none. */
  readonly per: PartitionValues;
  /** As in periodText. */
  readonly first: string;
  readonly last: string;
  readonly periods: number;
  /** When the first of them was due, ISO 8601 in UTC; and the same by the clocks of the contract. */
  readonly since: string;
  readonly due: string;
};

export type Overdue = {
  /** In all gaps. */
  readonly periods: number;
  /** The latest first, at most MAX_GAPS. */
  readonly gaps: readonly Gap[];
  readonly moreGaps: number;
};

/** One period of one combination. */
export type OverdueFile = Pick<Gap, 'per' | 'since' | 'due'> & { readonly period: string };

const MAX_GAPS = 1000;
/** Earlier periods are not compared: 11 years of hours. A date that is far off, by a slip in a name, costs no more. */
const MAX_PERIODS = 100_000;

/** Of a dataset that expects files: what has come, and what was due. */
export class Arrivals {
  readonly #expect: Expect;
  readonly #clock: ReturnType<typeof localClock>;
  readonly #combinations = new Map<string, { readonly per: PartitionValues; readonly come: Set<number> }>();
  readonly #lastDue: number;

  /** `keys`: of its files in landing, and of those that only the lake has. */
  constructor(dataset: Dataset & { readonly expect: Expect }, keys: Iterable<string>, now: Date) {
    this.#expect = dataset.expect;
    this.#clock = localClock(dataset.expect.timezone);
    this.#lastDue = lastDue(dataset.expect, this.#clock, now.getTime());
    if (dataset.expect.per.length === 0)
      this.#combinations.set(partitionId({}), { per: {}, come: new Set() });
    for (const key of withMarkers(dataset, keys)) {
      const found = periodAndPer(dataset, key);
      if (found === undefined) continue;
      const id = partitionId(found.per);
      const known = this.#combinations.get(id) ?? { per: found.per, come: new Set() };
      this.#combinations.set(id, known);
      known.come.add(found.period);
    }
  }

  overdue(): Overdue {
    const gaps = [...this.#combinations.values()].flatMap(({ per, come }) => this.#gapsOf(per, come));
    gaps.sort((a, b) => b.last - a.last || (partitionId(a.per) < partitionId(b.per) ? -1 : 1));
    return {
      periods: gaps.reduce((sum, { periods }) => sum + periods, 0),
      gaps: gaps.slice(0, MAX_GAPS).map((gap) => ({
        per: gap.per,
        first: this.#text(gap.first),
        last: this.#text(gap.last),
        periods: gap.periods,
        ...this.#since(gap.first),
      })),
      moreGaps: Math.max(0, gaps.length - MAX_GAPS),
    };
  }

  /** The latest first, at most `most`. */
  files(most: number): OverdueFile[] {
    const found = [...this.#combinations.values()].flatMap(({ per, come }) =>
      this.#missing(come, most).map((period) => ({ per, period })),
    );
    found.sort((a, b) => b.period - a.period);
    return found
      .slice(0, most)
      .map(({ per, period }) => ({ per, period: this.#text(period), ...this.#since(period) }));
  }

  /** `overdue`, `come`, or `void`: not expected (any more). */
  stateOf(text: string, per: PartitionValues): 'overdue' | 'come' | 'void' {
    const period = periodOfText(this.#expect.every, text);
    const combination = this.#combinations.get(partitionId(partitionOf(per, this.#expect.per)));
    const isSame = Object.keys(per).length === this.#expect.per.length;
    if (period === undefined || combination === undefined || !isSame) return 'void';
    if (combination.come.has(period)) return 'come';
    const first = this.#firstOf(combination.come);
    return first !== undefined && period >= first && period <= this.#lastDue && this.#isReal(period)
      ? 'overdue'
      : 'void';
  }

  /** The next moment (ms) at which a period is due. */
  nextDueMs(): number {
    let next = this.#lastDue + 1;
    while (!this.#isReal(next)) next += 1;
    return dueMs(this.#expect, this.#clock, next);
  }

  /** The first period that is expected of a combination; undefined if none is. */
  #firstOf(come: ReadonlySet<number>): number | undefined {
    const { from, per } = this.#expect;
    const earliest = this.#lastDue - MAX_PERIODS + 1;
    if (from !== undefined && per.length === 0) return Math.max(from, earliest);
    let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const period of come) [first, last] = [Math.min(first, period), Math.max(last, period)];
    if (come.size === 0 || (from !== undefined && last < from)) return undefined;
    return Math.max(first, from ?? first, earliest);
  }

  /** The latest first. */
  #missing(come: ReadonlySet<number>, most = Number.POSITIVE_INFINITY): number[] {
    const first = this.#firstOf(come);
    const missing: number[] = [];
    for (
      let period = this.#lastDue;
      first !== undefined && period >= first && missing.length < most;
      period--
    )
      if (!come.has(period) && this.#isReal(period)) missing.push(period);
    return missing;
  }

  #gapsOf(per: PartitionValues, come: ReadonlySet<number>) {
    const gaps: { per: PartitionValues; first: number; readonly last: number; periods: number }[] = [];
    for (const period of this.#missing(come)) {
      const gap = gaps.at(-1);
      if (gap !== undefined && !this.#hasComeBetween(come, period, gap.first)) {
        gap.first = period;
        gap.periods += 1;
      } else gaps.push({ per, first: period, last: period, periods: 1 });
    }
    return gaps;
  }

  /** Periods that the clocks skip part no gap. */
  #hasComeBetween(come: ReadonlySet<number>, before: number, after: number): boolean {
    for (let period = before + 1; period < after; period++) if (come.has(period)) return true;
    return false;
  }

  #isReal(period: number): boolean {
    return isOnTheClock(this.#expect, this.#clock, period);
  }

  #since(period: number): Pick<Gap, 'since' | 'due'> {
    const ms = dueMs(this.#expect, this.#clock, period);
    return { since: new Date(ms).toISOString(), due: momentText(this.#expect, ms) };
  }

  #text(period: number): string {
    return periodText(this.#expect.every, period);
  }
}

/** Of a dataset that expects files. Undefined if the key tells no period. */
function periodAndPer(
  dataset: Dataset & { readonly expect: Expect },
  key: string,
): { readonly period: number; readonly per: PartitionValues } | undefined {
  const { expect } = dataset;
  const { values } = pathValues(dataset, key);
  const period = periodOf(expect, values);
  if (period === undefined) return undefined;
  const { captured } = captures(dataset, key);
  const textOf = (name: string) => (values.has(name) ? values.get(name) : captured.get(name)) ?? null;
  return { period, per: Object.fromEntries(expect.per.map((name) => [name, textOf(name)])) };
}

/** Undefined if the dataset expects nothing. */
export function arrivalsOf(dataset: Dataset, keys: Iterable<string>, now: Date): Arrivals | undefined {
  const { expect } = dataset;
  return expect && new Arrivals({ ...dataset, expect }, keys, now);
}

/** Null if the dataset expects nothing. `keys`: several listings, which are not looked at then. */
export function overdueOf(dataset: Dataset, now: Date, ...keys: readonly Iterable<string>[]): Overdue | null {
  return arrivalsOf(dataset, each(keys), now)?.overdue() ?? null;
}

function* each(keys: readonly Iterable<string>[]): Generator<string> {
  for (const some of keys) yield* some;
}

/** The next moment (ms) after `now` at which one of the datasets expects a file; undefined if none does. */
export function nextDueMs(datasets: readonly Dataset[], now: Date): number | undefined {
  const moments = datasets.flatMap((dataset) => arrivalsOf(dataset, [], now)?.nextDueMs() ?? []);
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** The period and combination that a key stands for, as a fact about it names them. */
export function expectedBy(dataset: Dataset, key: string): Pick<OverdueFile, 'period' | 'per'> | undefined {
  const { expect } = dataset;
  const found = expect && periodAndPer({ ...dataset, expect }, key);
  return found && { period: periodText(expect.every, found.period), per: found.per };
}
