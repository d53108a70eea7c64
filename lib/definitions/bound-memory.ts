// Remembers what was parsed and bound of definitions that are right, so that it is not done again: all of them as they were bound last,
// and each insight. A key has everything that the answer depends on; refused insights are bound again. Where it is kept is the memory's
// matter, and losing it changes nothing.
import { createHash } from 'node:crypto';
import type { Dataset } from '../core/contract.ts';
import { canonicalJson } from '../core/definition-hash.ts';
import type { Derivation } from '../core/insight.ts';
import type { InsightTables } from './bind-insight.ts';
import type { DefinitionFile } from './definition-files.ts';
import type { BoundInput } from './output-columns.ts';
import type { InsightSource } from './parse-insight.ts';
import type { ParsedSelect } from './parse-select.ts';

/** Values are plain data. All of a memory come from the same program and engine: another one may bind in another way. */
export interface BoundMemory {
  /** What was kept under the key; undefined if nothing was. */
  recall(key: string): unknown;
  keep(key: string, value: object): void;
  /** Makes what was kept last, if it can; never fails. */
  save(): Promise<void>;
}

type Definitions = { readonly datasets: readonly Dataset[]; readonly insights: readonly Derivation[] };

/** One of them: each change of a file makes another. */
const NEWEST = 'definitions';

/** What these files, none of which is wrong, were bound to; undefined if others were bound last. */
export function recallDefinitions(
  memory: BoundMemory,
  files: readonly DefinitionFile[],
): Definitions | undefined {
  const newest = memory.recall(NEWEST) as (Definitions & { readonly files: string }) | undefined;
  return newest?.files === hashOf(files) ? newest : undefined;
}

/** The key and the value to keep. */
export function definitionsEntry(
  files: readonly DefinitionFile[],
  { datasets, insights }: Definitions,
): readonly [string, object] {
  return [NEWEST, { files: hashOf(files), datasets, insights }];
}

/** What the SQL reads. `statement`: absent where it was not parsed again. */
export type ReadSelect = Pick<ParsedSelect, 'tables' | 'offsets'> & { readonly statement?: unknown };

type Reading = {
  readonly source: InsightSource;
  readonly tables: readonly string[];
  readonly offsets: readonly (readonly [table: string, offset: number | null])[];
};

type Known = { readonly key: string; readonly reading: Reading | undefined };

export class InsightMemory {
  readonly #memory: BoundMemory | undefined;
  readonly #known = new Map<InsightSource, Known>();
  readonly #shapes = new Map<BoundInput, string>();

  constructor(memory: BoundMemory | undefined) {
    this.#memory = memory;
  }

  /** `parse` is called for a file that is not known. */
  parsed({ file, name, text }: DefinitionFile, parse: () => InsightSource): InsightSource {
    const key = hashOf(['parsed', file, name, text]);
    const reading = this.#memory?.recall(key) as Reading | undefined;
    const source = reading?.source ?? parse();
    this.#known.set(source, { key, reading });
    return source;
  }

  /** What the SQL of a source that `parsed` gave reads. */
  async read(source: InsightSource, parse: () => Promise<ParsedSelect>): Promise<ReadSelect> {
    const known = this.#known.get(source);
    if (known?.reading) {
      const { tables, offsets } = known.reading;
      return { tables, offsets: new Map(offsets.map(([table, offset]) => [table, offset ?? undefined])) };
    }
    const select = await parse();
    if (known) {
      const offsets = [...select.offsets].map(([table, offset]) => [table, offset ?? null] as const);
      this.#memory?.keep(known.key, { source, tables: select.tables, offsets } satisfies Reading);
    }
    return select;
  }

  async bound(
    source: InsightSource,
    { inputs, related }: InsightTables,
    bind: () => Promise<Derivation>,
  ): Promise<Derivation> {
    const known = this.#known.get(source);
    if (this.#memory === undefined || known === undefined) return bind();
    const lookedUp = [...related].flatMap(([written, table]) => [written, this.#shape(table)]);
    const key = hashOf(['bound', known.key, ...inputs.map((input) => this.#shape(input)), '', ...lookedUp]);
    const recalled = this.#memory.recall(key) as Derivation | undefined;
    if (recalled !== undefined) return recalled;
    const derivation = await bind();
    this.#memory.keep(key, derivation);
    return derivation;
  }

  /** Of many insights that read one table, it is asked for once each. */
  #shape(input: BoundInput): string {
    const shape =
      this.#shapes.get(input) ?? sha256(canonicalJson({ ...input, dateParts: [...input.dateParts] }));
    this.#shapes.set(input, shape);
    return shape;
  }
}

function hashOf(parts: readonly unknown[]): string {
  return sha256(JSON.stringify(parts));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
