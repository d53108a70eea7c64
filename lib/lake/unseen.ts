// Whether a key may be in a part that a store cannot list. Pure.
import type { Unseen } from '../ports.ts';

/** A key that is not listed there may still exist. */
export function isUnseen(unseen: readonly Unseen[], key: string): boolean {
  return unseen.some((part) =>
    part.key.endsWith('/') ? key.startsWith(part.key) : key === part.key || key.startsWith(`${part.key}/`),
  );
}
