// What comes into landing during a storm, and what is replaced and deleted, in which order: decided by one seed. Pure.
// The definitions are those of test/schemas/shop and of storm-schemas.
import { numbers } from '../support/numbers.ts';

/** Without `text` the file is deleted. */
export type Step = { readonly key: string; readonly text?: string };
export type StormFiles = {
  readonly steps: readonly Step[];
  /** Of these no row can be taken, whoever reads them. */
  readonly bad: ReadonlySet<string>;
  readonly replaced: number;
  readonly deleted: number;
};

/** A good file among others; what reads it is killed. */
export const KILLER: Step = {
  key: 'sales/day=2024-02-15/killer.csv',
  text: 'id,customer,amount\n1,c1,666.00\n',
};

const CITIES = ['Tallinn', 'Riga', 'Vilnius', 'Tartu', 'Narva'];
const CUSTOMERS = 30;
const DAYS = 12;

export function stormFiles(seed: number, files: number): StormFiles {
  const random = new Random(`${seed} files`);
  const timed: { readonly at: number; readonly step: Step }[] = [];
  const bad = new Set<string>();
  const counts = { replaced: 0, deleted: 0 };
  const returned: string[] = [];
  for (let n = 0; n < files; n += 1) {
    const { key, make } = fileOf(random, n, returned);
    const texts: (string | undefined)[] = [make()];
    const isBad = random.has(0.04);
    if (isBad) texts[0] = `these,are,not,the,columns\n${n},,,,\n`;
    // A good version that a bad one replaces would stay in the lake, and is in no lake that is made anew.
    if (!isBad || random.has(0.5)) texts.push(...laterTexts(random, make, isBad));
    else bad.add(key);
    counts.replaced += texts.filter((text, at) => at > 0 && text !== undefined).length;
    counts.deleted += texts.filter((text) => text === undefined).length;
    const moments = texts.map(() => random.next()).sort((a, b) => a - b);
    for (const [at, text] of texts.entries())
      timed.push({ at: moments[at] ?? 1, step: { key, ...(text === undefined ? {} : { text }) } });
  }
  timed.push({ at: 0.1, step: KILLER });
  return { steps: timed.sort((a, b) => a.at - b.at).map(({ step }) => step), bad, ...counts };
}

type StormFile = { readonly key: string; readonly make: () => string };

/** Three of five are sales; of the returns some are as one that came before, until they are replaced. */
function fileOf(random: Random, n: number, returned: string[]): StormFile {
  const name = `${n} é+`;
  const kind = random.next();
  if (kind < 0.6) {
    const day = String(1 + random.below(DAYS)).padStart(2, '0');
    return { key: `sales/day=2024-02-${day}/${name}.csv`, make: () => sales(random, n) };
  }
  if (kind < 0.8) return { key: `customers/${name}.csv`, make: () => customers(random) };
  if (kind < 0.85) return { key: `targets/${name}.csv`, make: () => targets(random) };
  let isFirst = true;
  const make = () => {
    const repeated = isFirst && random.has(0.3) ? returned[random.below(returned.length)] : undefined;
    const text = repeated ?? returns(random, n);
    if (isFirst) returned.push(text);
    isFirst = false;
    return text;
  };
  return { key: `returns/${name}.csv`, make };
}

/** After the first: none, a replacement, a deletion, or a deletion and another file under its name. */
function laterTexts(random: Random, make: () => string, mustReplace: boolean): (string | undefined)[] {
  const fate = random.next();
  if (mustReplace || fate < 0.2) return [make()];
  if (fate < 0.3) return [undefined];
  if (fate < 0.38) return [undefined, make()];
  return [];
}

/** Of every tenth file a row is quarantined. */
function sales(random: Random, n: number): string {
  const rows = Array.from({ length: 2 + random.below(8) }, (_, row) => [
    n * 100 + row,
    `c${random.below(CUSTOMERS)}`,
    random.amount(),
  ]);
  if (random.has(0.1)) rows.push([n * 100 + 99, 'c1', 'much']);
  return csv('id,customer,amount', rows);
}

function customers(random: Random): string {
  const first = random.below(CUSTOMERS);
  const rows = Array.from({ length: 1 + random.below(4) }, (_, row) => [
    `c${(first + row) % CUSTOMERS}`,
    CITIES[random.below(CITIES.length)] ?? '',
  ]);
  return csv('customer,city', rows);
}

function targets(random: Random): string {
  return csv(
    'city,target',
    CITIES.map((city) => [city, random.amount()]),
  );
}

function returns(random: Random, n: number): string {
  const rows = Array.from({ length: 1 + random.below(4) }, (_, row) => [
    n * 100 + row,
    `c${random.below(CUSTOMERS)}`,
    random.amount(),
  ]);
  return csv('id,customer,amount', rows);
}

function csv(header: string, rows: readonly (readonly (string | number)[])[]): string {
  return `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`;
}

class Random {
  readonly next: () => number;

  constructor(text: string) {
    this.next = numbers(text);
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  has(chance: number): boolean {
    return this.next() < chance;
  }

  amount(): string {
    return `${this.below(900)}.${String(this.below(100)).padStart(2, '0')}`;
  }
}
