// Notices as events on an EventBridge bus: one event each, so that rules can choose among them.
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { type Notice, type Notification, type Notifier, UndeliveredError } from '../ports.ts';
import { type Environment, settings } from './aws-clients.ts';

export type EventBus = {
  readonly client: EventBridgeClient;
  /** Name or ARN. */
  readonly bus: string;
  /** Of the installation; in every event. */
  readonly stage: string;
};

/** One attempt: whoever puts events tries again, in its own time. */
export function eventBridgeClient(environment: Environment): EventBridgeClient {
  const endpoint = environment.AWS_ENDPOINT_URL_EVENTBRIDGE ?? environment.AWS_ENDPOINT_URL;
  return new EventBridgeClient({ ...settings(environment, endpoint), maxAttempts: 1 });
}

export const EVENT_SOURCE = 'sluice';

const DETAIL_TYPES: Readonly<Record<string, string>> = {
  rejected: 'Sluice File Rejected',
  quarantined: 'Sluice Rows Quarantined',
  missing: 'Sluice File Missing',
  overdue: 'Sluice File Overdue',
  'failed-audit': 'Sluice Audit Failed',
  settled: 'Sluice Settled',
};

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html: entries, and bytes of all of them, of one request. */
const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;
/** Names of the source, the type and the bus count, too. */
const ENTRY_BYTES = 512;

export function eventBridgeNotifier({ client, bus, stage }: EventBus): Notifier {
  return {
    channel: 'events',
    passesEach: true,
    async notify(notification, signal) {
      const entries = notification.notices.map((notice) => entryOf(notice, notification, stage, bus));
      for (const batch of batches(entries)) await put(client, batch, signal);
    },
  };
}

/** The properties of the notice, and what it shares with the others. */
function entryOf(
  notice: Notice,
  { at, landing, lake }: Notification,
  stage: string,
  bus: string,
): PutEventsRequestEntry & { readonly Detail: string } {
  return {
    Source: EVENT_SOURCE,
    DetailType: DETAIL_TYPES[notice.kind] ?? `Sluice ${notice.kind}`,
    Detail: JSON.stringify({ stage, landing, lake, at, ...notice }),
    EventBusName: bus,
  };
}

function batches<T extends { readonly Detail: string }>(entries: readonly T[]): T[][] {
  const made: T[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.Detail) + ENTRY_BYTES;
    const last = made.at(-1);
    if (last && last.length < MOST_ENTRIES && bytes + size <= MOST_BYTES) {
      last.push(entry);
      bytes += size;
    } else {
      made.push([entry]);
      bytes = size;
    }
  }
  return made;
}

async function put(
  client: EventBridgeClient,
  entries: PutEventsRequestEntry[],
  abortSignal: AbortSignal,
): Promise<void> {
  const { FailedEntryCount = 0, Entries = [] } = await send(client, entries, abortSignal);
  if (FailedEntryCount === 0) return;
  const codes = [...new Set(Entries.flatMap(({ ErrorCode }) => ErrorCode ?? []))].join(', ');
  throw new UndeliveredError(
    `EventBridge refused ${FailedEntryCount} of ${entries.length} events (${codes})`,
    true,
  );
}

async function send(client: EventBridgeClient, Entries: PutEventsRequestEntry[], abortSignal: AbortSignal) {
  try {
    return await client.send(new PutEventsCommand({ Entries }), { abortSignal });
  } catch (error) {
    const { name, message } = error as Error;
    if (abortSignal.aborted) throw new UndeliveredError('EventBridge did not answer in time', true);
    throw new UndeliveredError(
      `EventBridge refused the events (${name}: ${message})`,
      !/^AccessDenied|^Validation/.test(name),
    );
  }
}
