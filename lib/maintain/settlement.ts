// What a person wrote against a refused file or its refused rows: it holds while the same version is refused for the same
// reasons. Kept beside the reports, so that reading the file again leaves it in place.
import { digestOf, type Findings } from '../ingest/report.ts';
import { jsonBytes, parseJsonObject } from '../json-object.ts';
import { SETTLEMENTS, settlementKey } from '../lake/layout.ts';
import type { ObjectStore } from '../ports.ts';

/** As it is written. */
export type Settlement = {
  readonly source: string;
  readonly dataset: string;
  readonly etag: string;
  /** A hash of why it was refused. */
  readonly findings: string;
  readonly who: string;
  readonly why: string;
  /** ISO 8601. */
  readonly at: string;
};

/** A version that was read, and what was found in it. */
export type Refused = Pick<Findings, 'outcome' | 'reason' | 'rows' | 'quarantined' | 'violations'> & {
  readonly source: string;
  readonly etag: string;
};

/** Equal where a file is refused for the same reasons; sentences and examples do not count. */
function findingsHash({ outcome, reason, rows, quarantined, violations }: Refused): string {
  const why = reason && { field: reason.field, rule: reason.rule, value: reason.value };
  return digestOf({ outcome, reason: why ?? null, rows, quarantined, violations });
}

export async function settle(
  lake: ObjectStore,
  refused: Refused & { readonly dataset: string },
  said: Pick<Settlement, 'who' | 'why' | 'at'>,
): Promise<Settlement> {
  const { source, dataset, etag } = refused;
  const settlement = { source, dataset, etag, findings: findingsHash(refused), ...said };
  await lake.write(settlementKey(dataset, source, etag), jsonBytes(settlement, 2));
  return settlement;
}

/** Removes the settlement of a version; absent ones are not an error. */
export async function reopen(
  lake: ObjectStore,
  dataset: string,
  source: string,
  etag: string,
): Promise<void> {
  await lake.remove([settlementKey(dataset, source, etag)]);
}

/** All settlements of a lake: a version without one costs no request. */
export class Settlements {
  readonly #lake: ObjectStore;
  readonly #keys: ReadonlySet<string>;
  private constructor(lake: ObjectStore, keys: ReadonlySet<string>) {
    this.#lake = lake;
    this.#keys = keys;
  }

  static async of(lake: ObjectStore): Promise<Settlements> {
    const keys = new Set<string>();
    for await (const { key } of lake.list(SETTLEMENTS)) keys.add(key);
    return new Settlements(lake, keys);
  }

  /** Undefined if nobody settled this version, or if it is refused for other reasons since. `read`: its report. */
  async find(
    dataset: string,
    { source, etag }: { readonly source: string; readonly etag: string },
    read: () => Promise<Refused | undefined>,
  ): Promise<Settlement | undefined> {
    const key = settlementKey(dataset, source, etag);
    if (!this.#keys.has(key)) return undefined;
    const found = parseJsonObject<Settlement>(await this.#lake.read(key));
    // A cut key may name another source.
    if (found?.source !== source || found.etag !== etag) return undefined;
    const refused = await read();
    return refused && findingsHash(refused) === found.findings ? found : undefined;
  }
}
