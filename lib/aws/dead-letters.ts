// Which dead letters can be deleted. Pure.
import type { DeadMessage } from '../adapters/sqs-dead-letters.ts';

/** The subjects of a letter, as ids. */
export type Judged = { readonly about: readonly string[]; readonly isSettled: boolean };

/**
 * The ids of the letters that are settled, and of those that repeat an older one. `judge` throws if it is not a message of the
 * queue: such a letter stays until a person has looked at it.
 */
export function settledLetters(
  messages: readonly DeadMessage[],
  judge: (body: string) => Judged,
): ReadonlySet<string> {
  const settled = new Set<string>();
  const told = new Set<string>();
  const oldestFirst = [...messages].sort((a, b) => (a.firstReceivedMs ?? 0) - (b.firstReceivedMs ?? 0));
  for (const { messageId, body } of oldestFirst) {
    const judged = judgedBy(judge, body);
    if (judged === undefined) continue;
    const isRepeated = judged.about.every((id) => told.has(id));
    if (judged.isSettled || isRepeated) settled.add(messageId);
    for (const id of judged.about) told.add(id);
  }
  return settled;
}

function judgedBy(judge: (body: string) => Judged, body: string): Judged | undefined {
  try {
    return judge(body);
  } catch {
    return undefined;
  }
}
