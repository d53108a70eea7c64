// The landing key that a person named: by the key itself, or by the file's path in the landing folder.
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { isS3Location } from '../adapters/s3-location.ts';
import { CliError, UsageError } from '../errors.ts';
import { type SourceRejects, sourceRejects } from '../inspect/rejects.ts';
import type { Effects } from '../lake/effects.ts';

/** A path below the landing folder stands for its key. */
export function landingKey(landing: string, operand: string): string {
  if (isS3Location(landing)) {
    const prefix = `${landing.replace(/\/+$/, '')}/`;
    return operand.startsWith(prefix) ? operand.slice(prefix.length) : operand;
  }
  const way = relative(resolve(landing), resolve(operand));
  return way === '' || way.startsWith('..') || isAbsolute(way) ? operand : way.split(sep).join('/');
}

/**
 * What was refused of a source; undefined if nothing was, as far as it was read. Throws UsageError if there is no such source, and
 * CliError if its definition is set aside.
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
