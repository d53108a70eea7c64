// Whether a key may lie where a store cannot look. Pure.
import type { Unseen } from '../ports.ts';

/** What is not listed there may be there all the same. */
export function isUnseen(unseen: readonly Unseen[], key: string): boolean {
  return unseen.some((part) =>
    part.key.endsWith('/') ? key.startsWith(part.key) : key === part.key || key.startsWith(`${part.key}/`),
  );
}
