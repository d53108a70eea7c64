// What names one commit for ever, and proves that its entry is whole: a digest of the entry's text. Pure.
//
// A version's number alone says little: a log that was restored, cut or copied has the same numbers for other commits. An
// entry's digest stands in the entry itself, so that a damaged one is noticed, and the next entry holds it as its parent's, so
// that a log which went another way is noticed. Entries of other writers have no digest of their own, but an id all the same.
import { createHash } from 'node:crypto';
import type { Action, CommitInfo, Seal } from './actions.ts';

export const ENGINE = 'sluice';

const SEALED = /"sluice":\{"digest":"([0-9a-f]*)"/;

/** The text of an entry, its commitInfo first and sealed. `id`: what `commitId` gives for it. */
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

/** 32 hex digits. An entry under the name of another version has another id. */
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

/** Undefined for an entry of another writer, or of a Sluice that did not seal yet. */
export function sealOf(actions: readonly Action[]): Seal | undefined {
  const seal = commitInfoOf(actions)?.sluice;
  return typeof seal?.digest === 'string' ? seal : undefined;
}

/** A number that JSON and every reader hold exactly: the id's first 52 bits; 0 for an id that is not known. */
export function commitNumber(id: string | undefined): number {
  return id === undefined ? 0 : Number.parseInt(id.slice(0, 13), 16);
}
