// What was refused of the source file that a person named: by its landing key, or by its path in the landing folder.
import { CliError, UsageError } from '../errors.ts';
import { type SourceRejects, sourceRejects } from '../inspect/rejects.ts';
import type { Effects } from '../lake/effects.ts';
import { keyInLanding } from '../local/landing-key.ts';

/** What is said where landing is not there. */
export function withoutLanding(landing: string): string {
  return `There is no landing folder ${landing}, so rejected files are not known.`;
}

/** A path below the landing folder stands for its key. */
export function landingKey(landing: string, operand: string): string {
  return keyInLanding(landing, operand) ?? operand;
}

/**
 * Undefined if no row of it was refused so far. Throws UsageError if the source does not exist, and CliError if its definition is set
 * aside.
 */
export async function refusedOf(
  effects: Effects,
  source: string,
  dataset: string | undefined,
): Promise<SourceRejects | undefined> {
  const found = await sourceRejects(effects, source);
  if (found === 'absent')
    throw new UsageError(
      `${source} is neither in landing nor in the lake: "npx sluice rejects" lists the files with refused rows`,
    );
  if (found === 'aside')
    throw new CliError(
      `${source} may belong to a definition that is set aside: ${effects.catalog.asideOf(source)?.error.message}`,
    );
  if (found === 'unmatched') throw new UsageError(`${source} matches no dataset: it was not read`);
  if (found === 'clean') return undefined;
  if (dataset !== undefined && found.dataset !== dataset)
    throw new UsageError(`${source} belongs to ${found.dataset}, not to ${dataset}`);
  return found;
}
