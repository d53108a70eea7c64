// The frame of a verb that works on a lake: finds the locations, opens the lake, and always closes it.
import { UsageError } from '../errors.ts';
import { hasLanding, refuseOverlap, requireLake, requireLanding } from '../local/locations.ts';
import type { LakeLocations, LocalLake, OpenOptions } from '../local/open-lake.ts';
import { LOCATION_DEFAULTS } from '../local/settings.ts';
import { locations, matchingLocations, memoryLimit } from './locations.ts';
import { terminalLog } from './log-lines.ts';
import type { Terminal } from './terminal.ts';
import type { Arguments } from './verb.ts';

export type Needs = {
  /** `unused`: the verb does not look there. `wanted`: it may be missing, see `hasLanding`. */
  readonly landing: 'unused' | 'wanted' | 'required';
  /** `wanted`: it is created if missing, or may be empty. */
  readonly lake: 'wanted' | 'required';
  /** False: nothing is created on disk below the lake, and no use case that writes is called. */
  readonly writes: boolean;
  /** True where source files are read although nothing is written. */
  readonly converts?: boolean;
  /** Default: `required`. */
  readonly definitions?: OpenOptions['definitions'];
};

export type OpenedLake = LocalLake & { readonly locations: LakeLocations; readonly hasLanding: boolean };

/** Throws CliError if a required location is missing, or if landing and the lake overlap. */
export async function withLake<T>(
  args: Arguments,
  terminal: Terminal,
  { landing, lake, writes, converts = writes, definitions = 'required' }: Needs,
  work: (opened: OpenedLake) => Promise<T>,
): Promise<T> {
  const at =
    landing === 'unused'
      ? { ...locations(args), landing: LOCATION_DEFAULTS.landing }
      : matchingLocations(args);
  if (landing === 'required') await requireLanding(at);
  if (lake === 'required') await requireLake(at);
  if (landing !== 'unused') await refuseOverlap(at);
  const log = terminalLog(terminal, args.flag('verbose'));
  const there = landing === 'wanted' ? await hasLanding(at) : landing === 'required';
  // Loaded once the arguments are right: what is wrong with them is said at once.
  const { openLake } = await import('../local/open-lake.ts');
  const { rememberedDefinitions } = await import('../local/remembered-definitions.ts');
  const bound = definitions === 'unused' ? undefined : await rememberedDefinitions(at.schemas);
  const options = {
    readOnly: !writes,
    readsLanding: converts,
    definitions,
    ...(bound === undefined ? {} : { bound }),
    ...memoryLimit(args),
    ...sparkOption(args),
  };
  const local = await openLake(at, log, options);
  try {
    return await work({ ...local, locations: at, hasLanding: there });
  } finally {
    await local.elsewhere?.close();
    await local.close();
  }
}

/** Throws UsageError on a command that is empty. */
function sparkOption(args: Arguments): Pick<OpenOptions, 'spark'> {
  const spark = args.value('spark');
  if (spark === undefined) return {};
  if (spark.trim() !== '') return { spark };
  throw new UsageError(
    '--spark is empty: write the command that starts Spark, such as "spark-submit --master …", or local',
  );
}
