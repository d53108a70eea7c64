// Collects the definitions that are set aside while loading, and the insights held back because of them.
import type { SetAside } from '../core/set-aside.ts';
import { DefinitionError } from '../errors.ts';

/** A definition being checked, recorded here if it is refused. */
export type Tried = Omit<SetAside, 'error' | 'held'>;

type Refusal = Omit<SetAside, 'held'>;

/** An unexpected error in one definition must not stop the others. */
function unexpected(file: string, error: unknown): DefinitionError {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new DefinitionError(file, '', `unexpected error, please report it: ${reason}`, { cause: error });
}

export class Refusals {
  readonly #refusals: Refusal[] = [];
  /** Lower-case name of an insight → why it is held back. */
  readonly #held = new Map<string, { readonly name: string; readonly by: readonly Refusal[] }>();

  add(refusal: Refusal): void {
    this.#refusals.push(refusal);
  }

  /** False if `work` throws; the definition is then set aside. */
  async tried(what: Tried, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      return this.#refused(what, error);
    }
  }

  triedNow(what: Tried, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      return this.#refused(what, error);
    }
  }

  #refused(what: Tried, error: unknown): false {
    this.add({ ...what, error: error instanceof DefinitionError ? error : unexpected(what.file, error) });
    return false;
  }

  /** True, and recorded, if the insight reads something that is set aside or held back, or `by` holds it back. Call in dependency order. */
  hold(insight: string, reads: readonly string[], by: DefinitionError | undefined): boolean {
    const causes = new Set(reads.flatMap((name) => this.#causes(name)));
    for (const refusal of this.#refusals) if (refusal.error === by) causes.add(refusal);
    if (causes.size === 0) return false;
    this.#held.set(insight.toLowerCase(), { name: insight, by: [...causes] });
    return true;
  }

  #causes(name: string): readonly Refusal[] {
    const own = this.#refusals.filter(({ names }) =>
      names.some((other) => other.toLowerCase() === name.toLowerCase()),
    );
    return own.length > 0 ? own : (this.#held.get(name.toLowerCase())?.by ?? []);
  }

  /** The refusal of the first contract that may define any otherwise undefined name. */
  get hidingNames(): DefinitionError | undefined {
    return this.#refusals.find(({ hidesNames }) => hidesNames)?.error;
  }

  get names(): string[] {
    return this.#refusals.flatMap(({ names }) => names);
  }

  get named(): { readonly name: string; readonly file: string }[] {
    return this.#refusals.flatMap(({ names, file }) => names.map((name) => ({ name, file })));
  }

  aside(): SetAside[] {
    return this.#refusals.map((refusal) => ({
      ...refusal,
      held: [...this.#held.values()].flatMap(({ name, by }) => (by.includes(refusal) ? [name] : [])),
    }));
  }
}
