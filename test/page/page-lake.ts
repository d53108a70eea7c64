// The lake that the page's suite looks at: both bundled packages with their samples, and a shop in which everything happened that
// the page can show. The command line makes it, as a user would.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/sluice.mjs');
const DAY_MS = 24 * 60 * 60 * 1000;
const SOLD_DAYS = 40;

/** What the lake's shop went through, by how many days ago its day was. */
export const MISSING = 3;
export const PARTLY_REFUSED = 5;
export const REJECTED = 6;
export const CORRECTED = 7;
export const WITHDRAWN = 9;
export const STALE = 10;
export const LATE = 12;

export const HOSTILE_FILE = 'shop/remarks/<img src=x onerror=document.title=1>.csv';
export const SCRIPT = '<script>document.title = "owned"</script>';
export const BACKWARDS = 'safe \u202Etxt.exe';
export const LONG = 'x'.repeat(10_000);

export class PageLake {
  readonly folder: string;
  readonly landing: string;
  readonly lake: string;
  readonly schemas: string;
  /** The folder with the page. */
  readonly site: string;

  /** One that was made before. */
  constructor(folder: string) {
    this.folder = folder;
    this.landing = join(folder, 'landing');
    this.lake = join(folder, 'lake');
    this.schemas = join(folder, 'schemas');
    this.site = join(folder, 'site');
  }

  static make(): PageLake {
    const lake = new PageLake(mkdtempSync(join(tmpdir(), 'sluice-page-')));
    for (const name of ['billing', 'air-boltic']) lake.#addPackage(join(ROOT, 'schemas', name));
    lake.#addPackage(join(import.meta.dirname, 'schemas/shop'));
    lake.#firstDeliveries();
    lake.sluice('sync');
    lake.#corrections();
    lake.sluice('sync', '--prune');
    return lake;
  }

  /** The bundled packages alone, of whose days none depends on today; one of their files is corrected. */
  static ofSamples(): PageLake {
    const lake = new PageLake(mkdtempSync(join(tmpdir(), 'sluice-page-')));
    for (const name of ['billing', 'air-boltic']) lake.#addPackage(join(ROOT, 'schemas', name));
    lake.sluice('sync');
    const key = 'dwh-fina/billing/year=2024/month=01/day=01/billing.csv';
    const lines = readFileSync(join(lake.landing, key), 'utf8').trimEnd().split('\n');
    lake.put(key, lines.slice(0, -100));
    lake.sluice('sync');
    return lake;
  }

  #addPackage(folder: string): void {
    const name = folder.slice(folder.lastIndexOf('/') + 1);
    cpSync(folder, join(this.schemas, name), { recursive: true });
    rmSync(join(this.schemas, name, 'samples'), { recursive: true, force: true });
    mkdirSync(this.landing, { recursive: true });
    if (readdirSync(folder).includes('samples'))
      cpSync(join(folder, 'samples'), this.landing, { recursive: true });
  }

  #firstDeliveries(): void {
    for (let ago = 1; ago <= SOLD_DAYS; ago++) {
      if (ago === MISSING) continue;
      const rows = [
        `north,tea,${ago},${ago}0.250000`,
        `south,tea,2,12345678901.${String(ago).padStart(6, '0')}`,
      ];
      if (ago === PARTLY_REFUSED) rows.push('west,tea,1,1.5', 'north,tea,0,1.5', 'north,=1+1,x,1.5');
      const header = ago === REJECTED ? 'shop;product;pieces;amount' : 'shop,product,pieces,amount';
      this.put(salesKey(ago), [header, ...rows], arrivalOf(ago, ago === LATE ? 12 : 3));
    }
    this.put(
      salesKey(WITHDRAWN, 'extra'),
      ['shop,product,pieces,amount', 'north,coffee,4,80.000000'],
      arrivalOf(WITHDRAWN, 4),
    );
    this.put('shop/prices/spring.csv', ['product,price', 'tea,2.50', 'coffee,4.00'], arrivalOf(30, 3));
    this.put(
      HOSTILE_FILE,
      ['id,text', `1,"${SCRIPT.replaceAll('"', '""')}"`, `2,${BACKWARDS}`, `3,${LONG}`],
      arrivalOf(20, 3),
    );
  }

  #corrections(): void {
    const header = 'shop,product,pieces,amount';
    this.put(
      salesKey(CORRECTED),
      [header, `north,tea,${CORRECTED},67.890000`, 'south,tea,2,12345678901.000007'],
      arrivalOf(CORRECTED, 20),
    );
    this.put(salesKey(STALE), [header, 'north,tea,1,-5.000000'], arrivalOf(STALE, 20));
    this.put('shop/prices/summer.csv', ['product,price', 'tea,2.75'], arrivalOf(8, 3));
    rmSync(join(this.landing, salesKey(WITHDRAWN, 'extra')));
  }

  /** Complete when it shows under its name, with an arrival of its own. */
  put(key: string, lines: readonly string[], arrival = new Date()): void {
    const path = join(this.landing, key);
    mkdirSync(dirname(path), { recursive: true });
    const hidden = join(dirname(path), '.coming');
    writeFileSync(hidden, `${lines.join('\n')}\n`);
    utimesSync(hidden, arrival, arrival);
    renameSync(hidden, path);
  }

  /** Throws where it ends in a way that no state of this lake explains. Returns what it printed. */
  sluice(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args, ...this.options(args[0])], {
      cwd: this.folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    // 3: something needs attention, as it should here.
    if (status !== 0 && status !== 3)
      throw new Error(`sluice ${args.join(' ')}: exit code ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  options(verb: string | undefined): string[] {
    const landing = ['explain', 'query', 'history'].includes(verb ?? '') ? [] : ['--landing', this.landing];
    return [...landing, '--lake', this.lake, '--schemas', this.schemas];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

export function dayOf(ago: number): string {
  return new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
}

export function salesKey(ago: number, name = 'sales'): string {
  return `shop/sales/date=${dayOf(ago)}/${name}.csv`;
}

/** At that hour of the day after, in UTC. */
function arrivalOf(ago: number, hour: number): Date {
  return new Date(`${dayOf(ago - 1)}T${String(hour).padStart(2, '0')}:00:00Z`);
}
