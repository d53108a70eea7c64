// A commit's id: a digest of its entry's text. A version number is not enough: a restored, truncated or copied log can have
// other commits under the same numbers. Each entry contains its own digest, which reveals damage, and its parent's id, which
// reveals another history. Other writers' entries contain no digest, but they have an id too. Pure.
import { createHash } from 'node:crypto';
import type { Action, CommitInfo, Seal } from './actions.ts';

export const ENGINE = 'sluice';

const SEALED = /"sluice":\{"digest":"([0-9a-f]*)"/;

/** The text of an entry; its commitInfo comes first and contains the digest. `id`: as `commitId` returns for it. */
export function sealedText(
  version: number,
  info: CommitInfo,
  actions: readonly Action[],
  parent: string | undefined,
): { readonly text: string; readonly id: string; readonly info: CommitInfo } {
  const sealed = (digest: string): CommitInfo => ({ ...info, sluice: { digest, parent: parent ?? null } });
  const textOf = (own: CommitInfo) =>
    [{ commitInfo: own }, ...actions].map((action) => `${JSON.stringify(action)}\n`).join('');
  const id = digestOf(version, textOf(sealed('')));
  return { text: textOf(sealed(id)), id, info: sealed(id) };
}

/** 32 hex digits. The same entry under another version's name has another id. */
export function commitId(version: number, text: string): string {
  const end = text.indexOf('\n');
  const line = end < 0 ? text : text.slice(0, end);
  return digestOf(version, line.replace(SEALED, '"sluice":{"digest":""') + (end < 0 ? '' : text.slice(end)));
}

function digestOf(version: number, text: string): string {
  return createHash('sha256').update(`${version}\n${text}`).digest('hex').slice(0, 32);
}

export function commitInfoOf(actions: readonly Action[]): CommitInfo | undefined {
  return actions.find((action) => 'commitInfo' in action)?.commitInfo;
}

/** Undefined for an entry of another writer, or of an older Sluice that wrote no digests. */
export function sealOf(actions: readonly Action[]): Seal | undefined {
  const seal = commitInfoOf(actions)?.sluice;
  return typeof seal?.digest === 'string' ? seal : undefined;
}

/** The id's first 52 bits, as a number that JSON and all readers represent exactly; 0 for an unknown id. */
export function commitNumber(id: string | undefined): number {
  return id === undefined ? 0 : Number.parseInt(id.slice(0, 13), 16);
}
