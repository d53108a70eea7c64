// Where in a definition we are, so that a refusal names the file and the place. Carried down while parsing.
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

  /** `problem` holds the offending value and the next step to take. */
  refuse(problem: string): never {
    throw new DefinitionError(this.file, this.path, problem);
  }
}

/** What `work` refuses; other errors pass. */
export function refusalOf(work: () => void): DefinitionError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof DefinitionError) return error;
    throw error;
  }
}
