// What the fleet and its pollers, which are processes of their own, say to each other.

export const QUEUE_FAULTS = ['delivered twice', 'delivered out of order'] as const;
export type QueueFault = (typeof QUEUE_FAULTS)[number];

export type PollerSays =
  /** The receipt handles of all messages that come back if it dies now. */
  { readonly holds: readonly string[] } | { readonly fault: QueueFault };

/** Variables of the pollers' environment. `seed`: decides what the queue does to messages. */
export const FLEET = { seed: 'SLUICE_TEST_QUEUE_SEED' } as const;

/** A request's process, by the name of the application that the SDK sends with it. */
export const APPLICATION = 'AWS_SDK_UA_APP_ID';
export function processOf(userAgent: string | undefined): number | undefined {
  const [, pid] = /\bapp\/(\d+)/.exec(userAgent ?? '') ?? [];
  return pid === undefined ? undefined : Number(pid);
}
