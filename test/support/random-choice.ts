// Chooses the parts of random SELECTs, and puts a LIMIT at their end in an order that may leave ties.
import fc from 'fast-check';

export class Choice {
  readonly #g: fc.GeneratorValue;
  constructor(g: fc.GeneratorValue) {
    this.#g = g;
  }
  below(count: number): number {
    return this.#g(fc.nat, { max: count - 1 });
  }
  one<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }
  some<T>(items: readonly T[], min: number, max: number): T[] {
    const count = min + this.below(max - min + 1);
    return [...new Set(Array.from({ length: count }, () => this.one(items)))];
  }
}

/** `names`: of its columns; `order`: what it may be ordered by. */
export type Body = {
  readonly sql: string;
  readonly names: readonly string[];
  readonly order: readonly string[];
};

/**
 * A SELECT; and the same one without its LIMIT, its ties broken in one way and in the other by all that it returns. If these give
 * the same rows in the same order, no LIMIT takes an arbitrary one.
 */
export type Keyed = { readonly sql: string; readonly unties: readonly string[] };

export function limited(choice: Choice, { sql, names, order }: Body, most = 4): Keyed {
  const terms = choice
    .some(order, choice.once(6) ? 0 : 1, most)
    .map((term) => (choice.once(4) ? `${term} DESC` : term));
  const by = (all: readonly string[]) => (all.length === 0 ? sql : `${sql} ORDER BY ${all.join(', ')}`);
  const places = names.map((_, i) => String(i + 1));
  // DESC alone leaves NULLs last.
  const reversed = places.map((place) => `${place} DESC NULLS FIRST`);
  return {
    sql: `${by(terms)} LIMIT ${1 + choice.below(4)}`,
    unties: [places, reversed].map((last) => by([...terms, ...last])),
  };
}
