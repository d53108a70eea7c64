// The page of a lake that this process works on or watches: written beside the work, never twice at once, and rewritten now and then,
// because files become late without anything happening.
import { join } from 'node:path';
import { fileStore } from '../adapters/file-store.ts';
import { pageAssets } from '../adapters/page-assets.ts';
import { isS3Location } from '../adapters/s3-location.ts';
import type { FilesByDataset } from '../inspect/dataset-files.ts';
import { TableLogs } from '../inspect/read-table-log.ts';
import type { Effects } from '../lake/effects.ts';
import type { LandingSight } from '../lake/landing-census.ts';
import { SITE, type Written } from '../page/site.ts';
import { writePage } from '../page/write-page.ts';
import type { PagePlace } from './serve-page.ts';

const AT_LEAST_EVERY_MS = 15 * 60 * 1000;
/** After a writing that failed: nothing else may happen that asks for the next one. */
const AGAIN_AFTER_MS = 30 * 1000;

/** Where a page that is served from here stands: in a lake on disk; for one in a bucket in a folder that goes with the process. */
export function servedPlace({ lake, scratch }: Effects): PagePlace {
  if (!isS3Location(lake.location)) return { store: lake, prefix: SITE };
  return { store: fileStore(join(scratch, 'page'), { durable: false }), prefix: '' };
}

type Wanted = { readonly effects: Effects; readonly seen: LandingSight | undefined };

export class LivePage {
  readonly #place: PagePlace;
  readonly #options: string;
  readonly #failed: (error: unknown) => void;
  #wanted: Wanted | undefined;
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #logs: TableLogs | undefined;
  readonly #files: FilesByDataset = new Map();

  /** `options`: see PageOptions. `failed`: called for every writing that failed; the page that was there before stays. */
  constructor(place: PagePlace, options: string, failed: (error: unknown) => void) {
    this.#place = place;
    this.#options = options;
    this.#failed = failed;
  }

  /** Resolves when the page shows what is in the lake now, or failed. */
  async renewed(effects: Effects): Promise<void> {
    this.renew(effects);
    await this.#writing;
  }

  /**
   * Begins to write, and returns. What is asked for while a page is written is the next one, together. `seen`: what the last look at
   * landing saw, where somebody watches it.
   */
  renew(effects: Effects, seen?: LandingSight): void {
    if (this.#isOver) return;
    this.#wanted = { effects, seen };
    this.#writing ??= this.#writeWanted();
  }

  /** Waits for the page that is being written. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#wanted = undefined;
    clearTimeout(this.#timer);
    await this.#writing;
  }

  async #writeWanted(): Promise<void> {
    for (let wanted = this.#take(); wanted !== undefined; wanted = this.#take()) {
      const last = wanted;
      clearTimeout(this.#timer);
      const pauseMs = await this.#write(last).then(
        () => AT_LEAST_EVERY_MS,
        (error: unknown) => {
          this.#failed(error);
          return AGAIN_AFTER_MS;
        },
      );
      if (!this.#isOver) this.#timer = setTimeout(() => this.renew(last.effects, last.seen), pauseMs).unref();
    }
    this.#writing = undefined;
  }

  #take(): Wanted | undefined {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    return wanted;
  }

  async #write({ effects, seen }: Wanted): Promise<Written> {
    const { store, prefix } = this.#place;
    this.#logs = new TableLogs(effects.tables, this.#logs);
    return writePage(effects, store, prefix, {
      assets: pageAssets(),
      options: this.#options,
      logs: this.#logs,
      files: this.#files,
      seen,
    });
  }
}
