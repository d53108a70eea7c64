// The page of the lake, written by maintain after its other work, in the time that is left. A failure of the page does not fail maintain.
import { removeExpiredLinks } from '../page/links.ts';
import { OutOfTimeError, type PageAssets, SITE } from '../page/site.ts';
import { writePage } from '../page/write-page.ts';
import type { MaintainEffects } from './maintain-lake.ts';

export type PageWriting = Pick<MaintainEffects, 'effects' | 'measure'> & {
  /** Read when they are needed. */
  readonly assets: () => PageAssets;
  /** The flags of the command line that name the buckets. */
  readonly places: string;
};

/** Never throws: what went wrong is logged and counted, and the page that was there before stays. */
export async function writeLakePage(
  { effects, measure, assets, places }: PageWriting,
  outOfTime: () => boolean,
): Promise<void> {
  const { log, clock, lake } = effects;
  const startedMs = clock().getTime();
  try {
    if (outOfTime()) throw new OutOfTimeError('There was no time for the page.');
    const options = ` ${places}`;
    const written = await writePage(effects, lake, SITE, { assets: assets(), options, outOfTime });
    const links = await removeExpiredLinks(lake, clock);
    log('info', 'page.written', { ...written, links, ms: clock().getTime() - startedMs });
    measure('failedPages', 0);
  } catch (error) {
    if (error instanceof OutOfTimeError) log('warn', 'page.unfinished', { next: LATER });
    else {
      log('error', 'page.failed', { error, next: 'the page before it stays; tables are not concerned' });
      measure('failedPages', 1);
    }
  }
}

const LATER =
  'the next run goes on with it, from what is written; "sluice page" on your own machine has no time limit';
