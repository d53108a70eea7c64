// One look at many tables at once, before they are worked on one after another: most of them need no work, and are not read again.
import type { Snapshot } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { inParallel } from '../in-parallel.ts';

export class FirstLook {
  readonly #tables: DeltaTables;
  readonly #seen = new Map<string, Snapshot | undefined>();

  private constructor(tables: DeltaTables) {
    this.#tables = tables;
  }

  static async at(tables: DeltaTables, prefixes: readonly string[]): Promise<FirstLook> {
    const look = new FirstLook(tables);
    await inParallel(prefixes, async (prefix) => {
      try {
        look.#seen.set(prefix, await tables.latest(prefix));
      } catch {
        // Whoever works on the table meets the error again, and tells it.
      }
    });
    return look;
  }

  /** As the table was at the look, or is now where it could not be read, was not looked at or was changed. Throws as `latest`. */
  async snapshot(prefix: string): Promise<Snapshot | undefined> {
    return this.#seen.has(prefix) ? this.#seen.get(prefix) : this.#tables.latest(prefix);
  }

  /** By ourselves, since the look. */
  changed(prefix: string): void {
    this.#seen.delete(prefix);
  }
}
