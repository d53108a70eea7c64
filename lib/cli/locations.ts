// The locations that a verb works on, from its options, and how they are shown to people.
import { relative } from 'node:path';
import { isS3Location } from '../adapters/s3-location.ts';
import { shellWord } from '../core/shell-word.ts';
import { UsageError } from '../errors.ts';
import { locationProblem } from '../local/location-text.ts';
import { refuseForeignDefault } from '../local/locations.ts';
import type { LakeLocations, OpenOptions } from '../local/open-lake.ts';
import type { Arguments } from './verb.ts';

/** Throws UsageError on a text that is surely no location. */
export function locations(args: Arguments): LakeLocations {
  return {
    landing: location(args, 'landing'),
    lake: location(args, 'lake'),
    schemas: location(args, 'schemas'),
  };
}

function location(args: Arguments, name: string): string {
  const text = args.value(name) ?? '';
  const problem = locationProblem(text);
  if (problem !== undefined) throw new UsageError(`${name} is ${JSON.stringify(text)}: ${problem}.`);
  return text;
}

/** Throws UsageError where a default does not fit the other location. */
export function matchingLocations(args: Arguments): LakeLocations {
  const places = locations(args);
  refuseForeignDefault(places, args.isChosen, (name) => `--${name}`);
  return places;
}

/** The locations that were given as options, as they were typed: what a next command needs, too. */
export function givenOptions(args: Arguments): { readonly all: string; readonly ofLake: string } {
  const given = (names: readonly string[]) =>
    names
      .filter((name) => args.flag(name))
      .map((name) => ` --${name} ${typed(args.value(name) ?? '')}`)
      .join('');
  return { all: given(['landing', 'lake', 'schemas']), ofLake: given(['lake', 'schemas']) };
}

const LEAST_MEMORY_MB = 128;

/** Throws UsageError unless it is a whole number of MB and large enough to work with. */
export function memoryLimit(args: Arguments): Pick<OpenOptions, 'memoryLimitMb'> {
  const text = args.value('memory');
  if (text === undefined) return {};
  const memoryLimitMb = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (memoryLimitMb >= LEAST_MEMORY_MB) return { memoryLimitMb };
  throw new UsageError(`--memory ${text}: write a whole number of MB, at least ${LEAST_MEMORY_MB}`);
}

/** As typed in a shell here: relative if that is shorter, quoted if needed. */
export function typed(path: string): string {
  const way = isS3Location(path) ? path : relative(process.cwd(), path);
  const shown = way === '' ? '.' : way.length < path.length ? way : path;
  return shellWord(shown);
}
