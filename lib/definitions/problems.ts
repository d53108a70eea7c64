// Collects the refusals of one definition, so that people read all of them at once.
import { DefinitionError, together } from '../errors.ts';

export class Problems {
  readonly #found: DefinitionError[] = [];

  /** What `work` returns; undefined if it is refused. Other errors propagate. */
  now<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      return this.#refused(error);
    }
  }

  /** The same for work that takes its time. */
  async of<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      return this.#refused(error);
    }
  }

  #refused(error: unknown): undefined {
    if (!(error instanceof DefinitionError)) throw error;
    this.#found.push(error);
    return undefined;
  }

  /** Throws one DefinitionError that has them all, if there are any. */
  refuse(): void {
    const [first, ...others] = this.#found;
    if (first) throw together(first, others);
  }

  /** The same where something is known to be refused. */
  refuseSurely(): never {
    this.refuse();
    throw new Error('nothing was refused');
  }
}
