// Delivers again what lies in a lake's dead-letter folder, and nothing else. What fails again lies there again.
import { deliver, type Observer } from './deliver.ts';
import { type DeadLetter, redrive } from './local-queues.ts';
import type { LocalLake } from './open-lake.ts';

/** `delivered`: letters that are gone now. `failed`: what lies there again, or newly. */
export type LakeRedrive = { readonly delivered: number; readonly failed: readonly DeadLetter[] };

/** A letter is removed after its message was delivered: whoever stops halfway finds it again. */
export async function redriveLake(local: LocalLake, observer: Observer = {}): Promise<LakeRedrive> {
  const { effects, queues, deadLetters } = local;
  await redrive(local);
  await deliver(effects, queues, observer);
  const delivered = await deadLetters.forgetDelivered();
  return { delivered, failed: [...deadLetters.buried] };
}
