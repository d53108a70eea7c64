// Delivers only the messages in a lake's dead-letter folder again. Those that fail again stay there.
import type { Catalog } from '../core/catalog.ts';
import { sameTable } from '../core/insight.ts';
import { deliver, type FileMessage, type Observer } from './deliver.ts';
import type { DeadLetter } from './local-queues.ts';
import type { LocalLake } from './open-lake.ts';

/** `delivered`: letters that are gone now. `failed`: letters that stay or are new. */
export type LakeRedrive = { readonly delivered: number; readonly failed: readonly DeadLetter[] };

/** A letter is removed after its message was delivered: if stopped halfway, it is still there. */
export async function redriveLake(local: LocalLake, observer: Observer = {}): Promise<LakeRedrive> {
  const { effects, queues, deadLetters } = local;
  await redrive(local);
  await deliver(effects, queues, observer);
  const delivered = await deadLetters.forgetDelivered();
  return { delivered, failed: [...deadLetters.buried] };
}

/**
 * Puts the messages in the dead-letter folder back into the queues. A table without a definition needs no refresh; messages
 * about a definition that was set aside wait for it.
 */
export async function redrive({ effects, queues, deadLetters }: LocalLake): Promise<void> {
  const { catalog } = effects;
  for (const letter of await deadLetters.read()) {
    const { message } = letter;
    if ('source' in message) {
      if (isAside(catalog, message)) deadLetters.leave(letter);
      else await queues.files.send([message]);
    } else if (catalog.derivations.some((d) => sameTable(d.target, message.target)))
      await queues.refreshes.send([message]);
    else if (catalog.asideNamed(message.target.name)) deadLetters.leave(letter);
  }
}

function isAside(catalog: Catalog, { source, dataset }: FileMessage): boolean {
  const isDefined = dataset === undefined || catalog.datasets.some(({ name }) => name === dataset);
  return catalog.asideOf(source) !== undefined || (!isDefined && catalog.asideNamed(dataset) !== undefined);
}
