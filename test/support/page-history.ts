// Random histories of a lake under its page: files, definitions, settlements, syncs and vacuums in any order; and the
// state that each file of sales must have, by a model of its own.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { landingTable } from '../../lib/core/catalog.ts';
import { tablePrefix } from '../../lib/core/insight.ts';
import { loadCatalog } from '../../lib/definitions/load-catalog.ts';
import { vacuumTable } from '../../lib/delta/vacuum.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { type Report, readReport } from '../../lib/ingest/report.ts';
import { settle } from '../../lib/maintain/settlement.ts';
import type { ObjectStore, ObjectVersion } from '../../lib/ports.ts';
import {
  newStore,
  openProcess,
  openWorld,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  type World,
  withPackage,
} from './shop-lake.ts';

/** What an author changes. */
export type Definitions = {
  /** A column of sales that was not there before: it never goes again. */
  readonly note: boolean;
  /** Whether sales takes rows of cyd. */
  readonly cyd: boolean;
  /** The SQL of daily. */
  readonly sum: 'sum' | 'max';
  /** Above it a day fails its audit. */
  readonly limit: number;
  /** Below it a day is published with a warning. */
  readonly least: number;
  readonly keyed: boolean;
  readonly newest: 'name' | 'lastModified';
  /** Words for people. */
  readonly words: string;
};
export const FIRST: Definitions = {
  note: false,
  cyd: true,
  sum: 'sum',
  limit: 50,
  least: 0,
  keyed: true,
  newest: 'lastModified',
  words: 'What was sold.',
};

function contractOf({ note, cyd, newest, words }: Definitions) {
  const customers = ['ann', 'bob', ...(cyd ? ['cyd'] : [])];
  return {
    name: 'shop',
    resources: [
      {
        name: 'sales',
        description: words,
        path: 'sales/day=*/*.csv',
        partitionBy: ['day'],
        maxRejectedRatio: 1,
        schema: {
          fields: [
            { name: 'day', type: 'date' },
            { name: 'customer', type: 'string', constraints: { enum: customers } },
            {
              name: 'amount',
              type: 'number',
              precision: 12,
              scale: 2,
              description: `${words} [EUR]`,
              constraints: { required: true },
            },
            ...(note ? [{ name: 'note', type: 'string' }] : []),
          ],
        },
      },
      {
        name: 'customers',
        path: 'customers/*.csv',
        mode: 'upsert',
        history: true,
        maxRejectedRatio: 1,
        schema: {
          fields: [
            { name: 'customer', type: 'string' },
            { name: 'city', type: 'string' },
          ],
          primaryKey: 'customer',
        },
      },
      {
        name: 'exports',
        path: 'exports/{run}/*.csv',
        mode: 'replace',
        delivery: { by: ['run'], newest },
        schema: { fields: [{ name: 'n', type: 'integer' }] },
      },
    ],
  };
}

function insightsOf({ sum, limit, least, keyed, words }: Definitions): Record<string, string> {
  const key = keyed ? 'key: [customer]\n' : '';
  const audits = `audits:\n  - {column: amount, maximum: ${limit}}\n  - {column: amount, minimum: ${least}, severity: warn}\n`;
  return {
    daily: `/* ---\ndescription: ${words}\nover: sales\npartitionBy: [day]\n${key}${audits}--- */
SELECT day, CAST(${sum}(amount) AS DECIMAL(14,2)) AS amount, customer FROM sales GROUP BY day, customer`,
    placed: `/* ---\nover: daily\npartitionBy: [day]\n--- */
SELECT day, city, amount FROM daily LEFT JOIN customers USING (customer)`,
    total: `/* ---\ndescription: ${words}\nkey: [city]\n--- */
SELECT coalesce(city, '?') AS city, CAST(sum(amount) AS DECIMAL(18,2)) AS amount FROM placed GROUP BY ALL`,
    exported: `/* ---\n--- */\nSELECT n, count(*) AS times FROM exports GROUP BY n`,
  };
}

export class PageWorlds {
  #first: Promise<World> | undefined;
  readonly #worlds = new Map<string, Promise<World>>();

  of(definitions: Definitions): Promise<World> {
    const id = JSON.stringify(definitions);
    const world = this.#worlds.get(id) ?? this.#open(definitions);
    this.#worlds.set(id, world);
    return world;
  }

  #open(definitions: Definitions): Promise<World> {
    return withPackage(contractOf(definitions), insightsOf(definitions), async (schemas) => {
      this.#first ??= openWorld(schemas);
      const first = await this.#first;
      return { ...first, catalog: await loadCatalog(schemas, first.sql) };
    });
  }

  async close(): Promise<void> {
    await (await this.#first)?.close();
  }
}

const customer = fc.constantFrom('ann', 'bob', 'cyd');
const sale = fc.tuple(customer, fc.constantFrom('1.00', '2.50', '-3.00', '60.00', 'x'));
/** Null: the file lacks a column, and is refused as a whole. */
const sales = fc.option(fc.array(sale, { maxLength: 3 }), { freq: 5 });
const SALES_KEYS = ['sales/day=2024-01-01/a.csv', 'sales/day=2024-01-01/b.csv', 'sales/day=2024-02-01/a.csv'];
const lines = (...all: readonly string[]) => [...all, ''].join('\n');
const textOf = (rows: readonly (readonly string[])[] | null) =>
  rows === null ? 'customer,price\nann,1\n' : lines('customer,amount', ...rows.map((row) => row.join()));

export type PageStep =
  | { readonly kind: 'put'; readonly key: string; readonly text: string }
  | { readonly kind: 'delete' | 'event' | 'settle'; readonly nth: number }
  | { readonly kind: 'define'; readonly change: Partial<Definitions> }
  | { readonly kind: 'sync' }
  | { readonly kind: 'vacuum' }
  | { readonly kind: 'pass'; readonly hours: number };

const putOf = (key: fc.Arbitrary<string>, text: fc.Arbitrary<string>): fc.Arbitrary<PageStep> =>
  fc.record({ kind: fc.constant('put' as const), key, text });
const anyPut = fc.oneof(
  { weight: 5, arbitrary: putOf(fc.constantFrom(...SALES_KEYS), sales.map(textOf)) },
  {
    weight: 1,
    arbitrary: putOf(
      fc.constantFrom('customers/1.csv', 'customers/2.csv'),
      fc.tuple(customer, fc.constantFrom('Rome', 'Oslo')).map((row) => lines('customer,city', row.join())),
    ),
  },
  {
    weight: 2,
    arbitrary: putOf(
      fc.constantFrom('exports/run-1/a.csv', 'exports/run-2/a.csv', 'exports/run-2/b.csv'),
      fc.array(fc.nat(2), { maxLength: 3 }).map((rows) => lines('n', ...rows.map(String))),
    ),
  },
);
const nthOf = (kind: 'delete' | 'event' | 'settle') =>
  fc.record({ kind: fc.constant(kind), nth: fc.nat(30) });
const change: fc.Arbitrary<Partial<Definitions>> = fc.oneof(
  fc.constant({ note: true }),
  fc.boolean().map((cyd) => ({ cyd })),
  fc.constantFrom('sum' as const, 'max' as const).map((sum) => ({ sum })),
  fc.constantFrom(2, 50).map((limit) => ({ limit })),
  fc.constantFrom(0, 2).map((least) => ({ least })),
  fc.boolean().map((keyed) => ({ keyed })),
  fc.constantFrom('name' as const, 'lastModified' as const).map((newest) => ({ newest })),
  fc.constantFrom('What was sold.', 'Sales.').map((words) => ({ words })),
);
const step: fc.Arbitrary<PageStep> = fc.oneof(
  { weight: 8, arbitrary: anyPut },
  { weight: 4, arbitrary: nthOf('delete') },
  { weight: 1, arbitrary: nthOf('event') },
  { weight: 3, arbitrary: nthOf('settle') },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('define' as const), change }) },
  { weight: 5, arbitrary: fc.constant({ kind: 'sync' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'vacuum' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), hours: fc.constantFrom(2, 30) }) },
);

/** A lake in which there is something. */
const BEGINNING: readonly PageStep[] = [
  { kind: 'put', key: 'customers/1.csv', text: 'customer,city\nann,Rome\nbob,Oslo\n' },
  ...SALES_KEYS.map((key): PageStep => ({ kind: 'put', key, text: textOf([['ann', '2.50']]) })),
  { kind: 'put', key: 'exports/run-1/a.csv', text: 'n\n1\n' },
  { kind: 'put', key: 'exports/run-2/b.csv', text: 'n\n2\n2\n' },
  { kind: 'sync' },
  {
    kind: 'put',
    key: 'sales/day=2024-01-01/b.csv',
    text: textOf([
      ['bob', '1.00'],
      ['ann', 'x'],
    ]),
  },
  { kind: 'put', key: 'sales/day=2024-02-01/a.csv', text: textOf(null) },
  { kind: 'sync' },
];
export const pageHistory = fc.record({
  /** As in S3: equal bytes have equal ETags. */
  tagsContent: fc.boolean(),
  steps: fc
    .array(step, { minLength: 12, maxLength: 24, size: 'max' })
    .map((steps): readonly PageStep[] => [...BEGINNING, ...steps]),
});

/** ETags are hashes of the content, as S3's are. */
function contentTagged(store: ObjectStore): ObjectStore {
  const tagged = async (version: ObjectVersion): Promise<ObjectVersion> => ({
    ...version,
    etag: createHash('md5')
      .update((await store.read(version.key)) ?? '')
      .digest('hex'),
  });
  return {
    location: store.location,
    head: async (key) => {
      const version = await store.head(key);
      return version && tagged(version);
    },
    async *list(prefix, after) {
      for await (const version of store.list(prefix, after)) yield tagged(version);
    },
    read: (key) => store.read(key),
    download: async (key, etag) => {
      const version = await store.head(key);
      if (version === undefined || (etag !== undefined && (await tagged(version)).etag !== etag))
        return undefined;
      return store.download(key, version.etag);
    },
    write: (key, bytes) => store.write(key, bytes),
    create: (key, bytes) => store.create(key, bytes),
    upload: (path, key) => store.upload(path, key),
    remove: (keys) => store.remove(keys),
  };
}

/** What the model knows of a version of a file of sales that was read under a contract. */
type Read = {
  readonly etag: string;
  /** The ETag with the time. */
  readonly id: string;
  readonly contract: string;
  /** Null for refused as a whole. */
  readonly accepted: number | null;
  readonly refused: number;
  /** The version, and what is wrong with it. */
  readonly findings: string;
};
type Known = {
  /** By ETag and contract. */
  readonly reads: Map<string, Read>;
  /** Whose rows count. */
  live?: Read | undefined;
  /** That had rows in the table. */
  readonly versions: Set<string>;
  /** Findings that somebody closed. */
  readonly settled: Set<string>;
};

export type FileTold = { readonly state: string; readonly rows: number };

export class PageLakeHistory {
  readonly clock = new TestClock();
  readonly lake: ObjectStore;
  readonly landing: ObjectStore;
  definitions = FIRST;
  process: TestLake;
  #applied = JSON.stringify([FIRST.cyd, FIRST.note]);
  readonly #worlds: PageWorlds;
  readonly #model = new Map<string, Known>();

  private constructor(worlds: PageWorlds, world: World, tagsContent: boolean) {
    this.#worlds = worlds;
    const landing = newStore(world, this.clock, 'landing');
    this.landing = tagsContent ? contentTagged(landing) : landing;
    this.lake = newStore(world, this.clock, 'lake');
    this.process = openProcess(world, this.clock, this.landing, this.lake);
  }

  static async open(worlds: PageWorlds, tagsContent: boolean): Promise<PageLakeHistory> {
    return new PageLakeHistory(worlds, await worlds.of(FIRST), tagsContent);
  }

  async play(step: PageStep): Promise<void> {
    this.clock.tick();
    if (step.kind === 'put') await put(this.landing, step.key, step.text);
    else if (step.kind === 'pass') this.clock.pass(step.hours * 3_600_000);
    else if (step.kind === 'sync') await this.sync();
    else if (step.kind === 'define') {
      this.definitions = { ...this.definitions, ...step.change };
      const world = await this.#worlds.of(this.definitions);
      this.process = openProcess(world, this.clock, this.landing, this.lake);
    } else if (step.kind === 'vacuum') await this.#vacuum();
    else if (step.kind === 'delete') await this.#delete(step.nth);
    else if (step.kind === 'settle') await this.#settle(step.nth);
    else await this.#event(step.nth);
  }

  async #delete(nth: number): Promise<void> {
    const keys: string[] = [];
    for await (const { key } of this.landing.list('')) keys.push(key);
    const key = keys[nth % Math.max(1, keys.length)];
    if (key) await this.landing.remove([key]);
  }

  /** What an event brings, without what follows from it. Ingest waits for apply where the contract changed. */
  async #event(nth: number): Promise<void> {
    const key = SALES_KEYS[nth % SALES_KEYS.length] ?? '';
    if (this.#applied !== this.#contract) return;
    const { failures } = await ingest(this.process.effects, [{ source: key }]);
    expect(failures).toEqual([]);
    await this.#modelRead(key);
  }

  async sync(): Promise<void> {
    this.clock.tick();
    await syncPrune(this.process);
    expect(this.process.dead).toEqual([]);
    this.#applied = this.#contract;
    const keys = new Set(this.#model.keys());
    for await (const { key } of this.landing.list('sales/')) keys.add(key);
    for (const key of keys) await this.#modelRead(key);
  }

  /** Of tables alone: what is swept of reports is not the model's. */
  async #vacuum(): Promise<void> {
    const { effects } = this.process;
    const { datasets, derivations } = effects.catalog;
    const tables = [...datasets.map(landingTable), ...derivations.map(({ target }) => target)];
    for (const table of tables)
      if (await effects.tables.latest(tablePrefix(table)))
        await vacuumTable(effects, tablePrefix(table), { retentionMs: 3_600_000 });
  }

  /** One of the files of sales that are refused, or have refused rows. */
  async #settle(nth: number): Promise<void> {
    const { effects } = this.process;
    const dataset = effects.catalog.datasets.find(({ name }) => name === 'sales');
    const refused: { version: ObjectVersion; report: Report }[] = [];
    for await (const version of this.landing.list('sales/')) {
      const report = dataset && (await readReport(effects.lake, dataset, version));
      if (report?.outcome === 'rejected' || (report?.quarantined ?? 0) > 0)
        refused.push({ version, report: report as Report });
    }
    const one = refused[nth % Math.max(1, refused.length)];
    if (one === undefined) return;
    await settle(effects.lake, one.report, { who: 'ann', why: 'known', at: this.clock.now().toISOString() });
    const known = this.#model.get(one.version.key);
    const read = known?.reads.get(this.#idOf(one.version));
    if (read) known?.settled.add(read.findings);
  }

  get #contract(): string {
    return JSON.stringify([this.definitions.cyd, this.definitions.note]);
  }

  #idOf({ etag }: ObjectVersion): string {
    return `${etag} ${this.#contract}`;
  }

  /** What is known of a version without reading it. */
  #knownOf({ live, reads }: Known, version: ObjectVersion): Read | undefined {
    if (live?.etag === version.etag && live.contract === this.#contract) return live;
    const read = reads.get(this.#idOf(version));
    const hasNoRows = read?.accepted === null || (read?.accepted === 0 && live === undefined);
    return hasNoRows ? read : undefined;
  }

  async #modelRead(key: string): Promise<void> {
    const known: Known = this.#model.get(key) ?? {
      reads: new Map(),
      versions: new Set(),
      settled: new Set(),
    };
    this.#model.set(key, known);
    const version = await this.landing.head(key);
    if (version === undefined) known.live = undefined;
    if (version === undefined || this.#knownOf(known, version)) return;
    const read = await this.#readOf(version);
    known.reads.set(this.#idOf(version), read);
    if (read.accepted === null) return;
    known.live = read.accepted > 0 ? read : undefined;
    if (known.live) known.versions.add(read.id);
  }

  async #readOf({ key, etag, lastModifiedMs }: ObjectVersion): Promise<Read> {
    const text = new TextDecoder().decode(await this.landing.read(key));
    const [header, ...rows] = text.split('\n').slice(0, -1);
    const one = { etag, id: `${etag}@${lastModifiedMs}`, contract: this.#contract };
    if (header === 'customer,price') return { ...one, accepted: null, refused: 0, findings: `${etag} whole` };
    const isWrong = (row: string) => row.endsWith(',x');
    const isStranger = (row: string) => !this.definitions.cyd && row.startsWith('cyd,');
    const refused = rows.filter((row) => isWrong(row) || isStranger(row)).length;
    const findings = [etag, rows.filter(isWrong).length, rows.filter(isStranger).length].join(' ');
    return { ...one, accepted: rows.length - refused, refused, findings };
  }

  /** By source, of sales: what each file is, and how many of its rows count. */
  async told(): Promise<Record<string, FileTold>> {
    const told: Record<string, FileTold> = {};
    const keys = new Set(this.#model.keys());
    for await (const { key } of this.landing.list('sales/')) keys.add(key);
    for (const key of [...keys].sort()) {
      const state = await this.#stateOf(key);
      if (state) told[key] = { state, rows: this.#model.get(key)?.live?.accepted ?? 0 };
    }
    return told;
  }

  async #stateOf(key: string): Promise<string | undefined> {
    const version = await this.landing.head(key);
    const known = this.#model.get(key);
    if (version === undefined) {
      if (known?.live) return this.#acceptedState(known, known.live);
      return (known?.versions.size ?? 0) > 0 ? 'withdrawn' : undefined;
    }
    const read = known && this.#knownOf(known, version);
    if (known === undefined || read === undefined) return 'waiting';
    if (read.accepted === null) return known.settled.has(read.findings) ? 'superseded' : 'rejected';
    return this.#acceptedState(known, read);
  }

  #acceptedState({ versions, settled }: Known, { id, refused, findings }: Read): string {
    if (refused > 0 && !settled.has(findings)) return 'partly-refused';
    return new Set([...versions, id]).size > 1 ? 'corrected' : 'live';
  }
}
