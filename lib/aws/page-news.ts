// Tells maintain that the page has something new to show: by a queue that holds a message back for longer than a window lasts, and
// of a window's messages hands out one. So the page is written after all that a window brought, and once.
import type { Clock, Log, Queue } from '../ports.ts';

/** The queue hands a message out after so long. */
export const PAGE_DELAY_SECONDS = 300;
/** Shorter than the delay by more than clocks differ, and no longer than SQS remembers an id: five minutes. */
const WINDOW_SECONDS = 240;

export type PageNews = { readonly window: number };
export type TellPage = () => Promise<void>;

/** Equal for what SQS is to take for the same message. */
export function newsId({ window }: PageNews): string {
  return String(window);
}

/** Call after what is to be seen: a commit, a report. A failure is logged and no more, because maintain also looks at the page on a schedule. */
export function pageTeller(queue: Queue<PageNews>, clock: Clock, log: Log): TellPage {
  let told: number | undefined;
  return async () => {
    const window = Math.floor(clock().getTime() / (WINDOW_SECONDS * 1000));
    if (window === told) return;
    try {
      await queue.send([{ window }]);
      told = window;
    } catch (error) {
      log('warn', 'page.untold', { error, next: 'the next scheduled run of maintain sees it' });
    }
  };
}
