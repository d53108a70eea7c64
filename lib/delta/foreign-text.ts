// Another program's commit, in words.
import type { ForeignCommit } from './snapshot.ts';

/** `version 7: DELETE by delta-rs:py-1.6.2` */
export function foreignText({ version, operation, engine }: ForeignCommit): string {
  return `version ${version}: ${operation ?? 'an unnamed operation'} by ${engine ?? 'a program that did not say its name'}`;
}
