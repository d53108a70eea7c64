// A notification as an HTTP POST of JSON. The address is a secret: no message has more of it than the host.
import { type Notification, type Notifier, UndeliveredError } from '../ports.ts';

/** Too many requests, and a server that gave up waiting; all of 5xx too. */
const MAY_RECOVER = [408, 425, 429];

/** Teams takes 28 KB: https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams */
const MAX_BYTES = 24_000;

/** `url`: http or https. Of very many notices the first ones are sent, and the number of the others. */
export function webhookNotifier(url: URL): Notifier {
  return {
    channel: 'webhook',
    async notify(notification, signal) {
      const status = await post(url, notification, signal);
      if (status >= 200 && status < 300) return;
      throw new UndeliveredError(
        `${url.host} answered ${status}${status >= 300 && status < 400 ? ': it redirects, so set notify.webhook to the address it leads to' : ''}`,
        status >= 500 || MAY_RECOVER.includes(status),
      );
    },
  };
}

async function post(url: URL, notification: Notification, signal: AbortSignal): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'sluice' },
      body: bodyOf(notification),
      // A redirected POST would become a GET.
      redirect: 'manual',
      signal,
    });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    throw new UndeliveredError(`${url.host} ${problemOf(error, signal)}`, true);
  }
}

function bodyOf({ notices, omitted, ...others }: Notification): string {
  const withFirst = (count: number) =>
    JSON.stringify({
      ...others,
      notices: notices.slice(0, count),
      omitted: omitted + notices.length - count,
    });
  let room = MAX_BYTES - Buffer.byteLength(withFirst(0));
  let count = 0;
  for (const notice of notices) {
    room -= Buffer.byteLength(JSON.stringify(notice)) + 1;
    if (room < 0) break;
    count += 1;
  }
  return withFirst(count);
}

/** Messages of fetch may hold the address. */
function problemOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'did not answer in time';
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  return `cannot be reached${typeof code === 'string' ? ` (${code})` : ''}`;
}
