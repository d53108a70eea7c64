// Finds names that are one typo apart: `amout` and `amount`, ` Amount` and `amount`. Fast enough for contracts and headers
// of thousands of names. Pure.
import { isOneEdit } from '../core/did-you-mean.ts';

const SHORTEST = 4;
/** Longer than any name with a typo. */
const LONGEST = 1000;

type Name = { readonly name: string; readonly undigited: string };

export class Slips {
  readonly #byBare = new Map<string, string>();
  readonly #byLength = new Map<number, Name[]>();

  constructor(names: readonly string[]) {
    for (const name of names) {
      if (name.length > LONGEST) continue;
      const bare = bareName(name);
      if (bare !== '' && !this.#byBare.has(bare)) this.#byBare.set(bare, name);
      const alike = this.#byLength.get(name.length);
      const entry = { name, undigited: undigited(name) };
      if (alike) alike.push(entry);
      else this.#byLength.set(name.length, [entry]);
    }
  }

  /** `q101` and `q102`, or `address` and `address2`, are different names, not typos. */
  of(wanted: string): string | undefined {
    const same = this.#byBare.get(bareName(wanted));
    if (same !== undefined) return same;
    const plain = undigited(wanted);
    const isSlip = ({ name, undigited: other }: Name) =>
      Math.min(name.length, wanted.length) >= SHORTEST && other !== plain && isOneEdit(name, wanted);
    for (const length of [wanted.length, wanted.length - 1, wanted.length + 1]) {
      const found = this.#byLength.get(length)?.find(isSlip);
      if (found) return found.name;
    }
    return undefined;
  }
}

/** Only the letters and digits, ignoring case. */
function bareName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function undigited(name: string): string {
  return name.replace(/\d/g, '');
}
