// Plays a history of a lake under its page, and keeps a model of the files of sales beside it.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { landingTable } from '../../lib/core/catalog.ts';
import { tablePrefix } from '../../lib/core/insight.ts';
import { vacuumTable } from '../../lib/delta/vacuum.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { type Report, readReport } from '../../lib/ingest/report.ts';
import { settle } from '../../lib/maintain/settlement.ts';
import type { ObjectStore, ObjectVersion } from '../../lib/ports.ts';
import { FIRST, flipped, type PageWorlds } from './page-definitions.ts';
import { type PageStep, SALES_KEYS } from './page-history.ts';
import { SalesFiles } from './sales-files.ts';
import { newStore, openProcess, put, syncPrune, TestClock, type TestLake, type World } from './shop-lake.ts';

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
    downloadRanges: (...asked) => store.downloadRanges(...asked),
    readRange: (...asked) => store.readRange(...asked),
    write: (key, bytes) => store.write(key, bytes),
    create: (key, bytes) => store.create(key, bytes),
    upload: (path, key) => store.upload(path, key),
    remove: (keys) => store.remove(keys),
  };
}

export class PagePlayer {
  readonly clock = new TestClock();
  readonly lake: ObjectStore;
  readonly landing: ObjectStore;
  definitions = FIRST;
  process: TestLake;
  /** The definitions of the last sync. */
  #applied = FIRST;
  readonly #worlds: PageWorlds;
  readonly files: SalesFiles;

  private constructor(worlds: PageWorlds, world: World, tagsContent: boolean) {
    this.#worlds = worlds;
    const landing = newStore(world, this.clock, 'landing');
    this.landing = tagsContent ? contentTagged(landing) : landing;
    this.lake = newStore(world, this.clock, 'lake');
    this.process = openProcess(world, this.clock, this.landing, this.lake);
    this.files = new SalesFiles(this.landing, () => this.definitions);
  }

  static async open(worlds: PageWorlds, tagsContent: boolean): Promise<PagePlayer> {
    return new PagePlayer(worlds, await worlds.of(FIRST), tagsContent);
  }

  async play(step: PageStep): Promise<void> {
    this.clock.tick();
    if (step.kind === 'put') await put(this.landing, step.key, step.text);
    else if (step.kind === 'pass') this.clock.pass(step.hours * 3_600_000);
    else if (step.kind === 'sync') await this.sync();
    else if (step.kind === 'define') {
      this.definitions = flipped(this.definitions, step.name);
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
    const { cyd, note } = this.definitions;
    if (this.#applied.cyd !== cyd || this.#applied.note !== note) return;
    const { failures } = await ingest(this.process.effects, [{ source: key }]);
    expect(failures).toEqual([]);
    await this.files.read(key);
  }

  async sync(): Promise<void> {
    this.clock.tick();
    await syncPrune(this.process);
    expect(this.process.dead).toEqual([]);
    this.#applied = this.definitions;
    await this.files.readAll();
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
    this.files.settle(one.version);
  }
}
