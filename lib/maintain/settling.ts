// Whether refused files and rows are still open, or settled: by a person, or because other live files hold the same content.
// Never by a guess: a name that looks alike, or a number that fits, settles nothing.
import type { Dataset } from '../core/contract.ts';
import { readReportOf } from '../ingest/report.ts';
import type { Effects } from '../lake/effects.ts';
import type { LiveShares } from '../lake/shares.ts';
import { type Origin, readOrigin } from '../lake/tags.ts';
import type { ObjectStore } from '../ports.ts';
import { type Refused, type Settlement, Settlements } from './settlement.ts';

/** Why nobody needs to act on it any more. `content`: other live files hold what it was to bring. */
export type Settled =
  | ({ readonly by: 'person' } & Pick<Settlement, 'who' | 'why' | 'at'>)
  | { readonly by: 'content'; readonly sources: readonly string[] };

type Found = Refused & { readonly text?: string };

export class Settling {
  readonly #settlements: Settlements;
  readonly #contents = new WeakMap<LiveShares, ReadonlyMap<string, ReadonlySet<string>>>();
  private constructor(settlements: Settlements) {
    this.#settlements = settlements;
  }

  static async of({ lake }: Pick<Effects, 'lake'>): Promise<Settling> {
    return new Settling(await Settlements.of(lake));
  }

  /** `found`, with the reason if it is settled. `live`: the dataset's live files. */
  async settled<T extends Found>(
    dataset: Dataset,
    live: LiveShares,
    found: T,
  ): Promise<T & { readonly settled?: Settled }> {
    const settled = (await this.#byPerson(dataset, found)) ?? this.#byContent(dataset, live, found);
    return settled === undefined ? found : { ...found, settled };
  }

  /** The same for a version with live rows, whose report is read only where it counts. */
  async settledRows(
    lake: ObjectStore,
    dataset: Dataset,
    origin: Origin,
  ): Promise<(Refused & { readonly settled: Settled }) | undefined> {
    const read = () => readReportOf(lake, dataset.name, origin);
    if ((await this.#settlements.find(dataset.name, origin, read)) === undefined) return undefined;
    const report = await read();
    const settled = report && (await this.#byPerson(dataset, report));
    return settled && { ...report, settled };
  }

  /** Indexed at the first rejected file: there may be very many of both. */
  #byContent(dataset: Dataset, live: LiveShares, found: Found): Settled | undefined {
    if (found.outcome !== 'rejected') return undefined;
    const contents = this.#contents.get(live) ?? contentsOf(dataset, live);
    this.#contents.set(live, contents);
    return sameContent(contents, found);
  }

  async #byPerson({ name }: Dataset, found: Found): Promise<Settled | undefined> {
    const settlement = await this.#settlements.find(name, found, async () => found);
    if (settlement === undefined) return undefined;
    const { who, why, at } = settlement;
    return { by: 'person', who, why, at };
  }
}

/**
 * Equal texts, however packed, or equal ETags, which in S3 stand for equal bytes and in a folder are never shared by two files. A refused
 * duplicate is not settled by it: its sender is asked to delete one of the two.
 */
function sameContent(
  contents: ReadonlyMap<string, ReadonlySet<string>>,
  { source, etag, outcome, reason, text }: Found,
): Settled | undefined {
  if (outcome !== 'rejected' || reason?.rule === 'duplicate') return undefined;
  const found = [contents.get(etagOf(etag)), text === undefined ? undefined : contents.get(textOf(text))];
  const sources = new Set(found.flatMap((set) => [...(set ?? [])]));
  sources.delete(source);
  return sources.size === 0 ? undefined : { by: 'content', sources: [...sources].sort() };
}

const etagOf = (etag: string) => `etag ${etag}`;
const textOf = (text: string) => `text ${text}`;

/**
 * The live sources that have rows under the present contract, by what their content is known by. Rows of an older contract may
 * be those of a file that is rejected by now.
 */
function contentsOf({ hash }: Dataset, live: LiveShares): Map<string, Set<string>> {
  const contents = new Map<string, Set<string>>();
  for (const [source, [add]] of live) {
    const origin = add && readOrigin(add);
    if (origin === undefined || origin.acceptedRows === 0 || origin.contract !== hash) continue;
    for (const id of [etagOf(origin.etag), ...(origin.text === undefined ? [] : [textOf(origin.text)])])
      contents.set(id, (contents.get(id) ?? new Set()).add(source));
  }
  return contents;
}
