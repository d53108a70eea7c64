// The options of `sluice page`: what goes together, and the length of a link's life.
import { isS3Location } from '../adapters/s3-location.ts';
import { UsageError } from '../errors.ts';
import { portOption } from './serving.ts';
import type { Arguments } from './verb.ts';

export type PageChoice = {
  readonly does: 'write' | 'serve' | 'link' | 'single-file';
  /** Where the page is written; undefined for the place that it has in the lake. */
  readonly out: string | undefined;
  readonly opens: boolean;
  readonly port: number | undefined;
  readonly expiresSeconds: number;
  /** The one file. */
  readonly file: string | undefined;
};

const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };
/** S3 signs no link for longer. */
const LONGEST_SECONDS = 7 * 86_400;

/** Throws UsageError on options that do not go together. */
export function pageChoice(args: Arguments): PageChoice {
  const ways = ['serve', 'link', 'single-file'] as const;
  const [does = 'write', other] = ways.filter((name) => args.flag(name));
  if (other !== undefined) throw new UsageError(`--${does} and --${other} are two things: type one of them`);
  const out = args.value('out');
  if (out !== undefined && (does === 'link' || does === 'single-file'))
    throw new UsageError(`--${does} makes one file, for which --out has no meaning: leave one of them out`);
  if (args.flag('port') && does !== 'serve') throw new UsageError('--port belongs to --serve');
  if (args.flag('expires') && does !== 'link') throw new UsageError('--expires belongs to --link');
  requireBucket(does, args.value('lake') ?? '');
  return {
    does,
    out,
    opens: args.flag('open'),
    port: portOption(args),
    expiresSeconds: seconds(args.value('expires') ?? ''),
    file: args.value('single-file'),
  };
}

function requireBucket(does: PageChoice['does'], lake: string): void {
  if (does === 'link' && !isS3Location(lake))
    throw new UsageError(
      `--link needs a lake in a bucket, and ${lake} is a folder: write the page as one file, --single-file page.html, and send that`,
    );
}

function seconds(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const given = Number(digits) * (SECONDS[unit] ?? 0);
  if (given > 0 && given <= LONGEST_SECONDS) return given;
  throw new UsageError(`--expires ${text}: write minutes, hours or days, as 30m, 12h or 7d; 7 days at most`);
}
