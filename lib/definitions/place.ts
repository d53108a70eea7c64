// A position in a definition, so that a refusal names the file and the position. Passed down while parsing.
import { DefinitionError } from '../errors.ts';

export class Place {
  readonly file: string;
  /** `resources[0].schema.fields[3]`; '' for the whole file. */
  readonly path: string;
  constructor(file: string, path = '') {
    this.file = file;
    this.path = path;
  }

  /** `at('schema', 'fields', 3)` → `….schema.fields[3]` */
  at(...parts: PropertyKey[]): Place {
    let path = this.path;
    for (const part of parts) {
      if (typeof part === 'number') path += `[${part}]`;
      else path += path === '' ? String(part) : `.${String(part)}`;
    }
    return new Place(this.file, path);
  }

  /** `problem` contains the offending value and the next step. */
  refuse(problem: string): never {
    throw new DefinitionError(this.file, this.path, problem);
  }
}

/** The DefinitionError that `work` throws; other errors propagate. */
export function refusalOf(work: () => void): DefinitionError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof DefinitionError) return error;
    throw error;
  }
}
