// Which dataset or insight a name in SQL or in an audit means, and what to say where it means none.
import { historyName } from '../core/built-in.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import type { Place } from './place.ts';

/** `names`: of all that SQL can read; capitals and small letters do not count. */
export function definedName(written: string, names: readonly string[], place: Place): string {
  return (
    names.find((name) => name.toLowerCase() === written.toLowerCase()) ??
    place.refuse(
      `there is no dataset or insight named ${JSON.stringify(written)}.${historyHint(written, names)}${didYouMean(written, names)} The SQL can read ${shown(names)}`,
    )
  );
}

const MAX_NAMED = 12;

function shown(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return more > 0 ? `${names.slice(0, MAX_NAMED).join(', ')} and ${more} more` : names.join(', ');
}

function historyHint(written: string, names: readonly string[]): string {
  const base = names.find((name) => historyName(name).toLowerCase() === written.toLowerCase());
  return base === undefined ? '' : ` ${base} has a history if its contract says "history": true.`;
}
