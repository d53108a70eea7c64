// What is said of a definition that is wrong.
import { expect } from 'vitest';
import { DefinitionError } from '../../lib/errors.ts';

export function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(DefinitionError);
    return (error as DefinitionError).message;
  }
  throw new Error('it was accepted');
}
