// Which definitions a verb looks at that needs the lake alone: they add hints to what it says. Pure.
import type { OpenOptions } from '../local/open-lake.ts';
import type { Arguments } from './verb.ts';

/** Those that were asked for must be there. The ones of the default place belong to the lake of the default place, if any. */
export function foundDefinitions(args: Arguments): NonNullable<OpenOptions['definitions']> {
  if (args.flag('schemas')) return 'required';
  return args.flag('lake') ? 'unused' : 'wanted';
}
