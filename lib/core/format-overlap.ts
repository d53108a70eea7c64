// Do two formats of dates or times read one text as two values? Proved by going through all ways in which a text can be cut
// into the parts of both. Where both cut it alike, it means the same; where not, its characters are searched for two values.

import { type FormattedType, formatPattern, isDay, isEpoch, isoOfEpoch, isoOfParts } from './date-format.ts';
import { DIGITS, type Form, type Spelling, spellings } from './format-spellings.ts';

/** A text that two formats read as two values, in ISO 8601. Undefined: too many ways for a proof that there is none. */
export type Overlap = { readonly text: string; readonly values: readonly [string, string] } | 'unknown';

/** `timezone`: of local times. Undefined if the formats have no text in common, or read all such texts alike. */
export function formatOverlap(
  type: FormattedType,
  timezone: string,
  formats: readonly [string, string],
): Overlap | undefined {
  const [first, second] = formats.map((format) =>
    spellings(type, format).map((spelling): Side => {
      const read = (parts: Parts) => readValue(type, timezone, format, spelling, parts);
      return { elements: spelling.elements, read };
    }),
  ) as [Side[], Side[]];
  const search = new Search();
  for (const a of first) {
    for (const b of second) {
      const found = search.between(a, b);
      if (found) return found;
    }
  }
  return undefined;
}

type Parts = Readonly<Record<string, string>>;

type Side = Pick<Spelling, 'elements'> & {
  /** The value of a text's parts in ISO 8601; undefined if it is none. */
  readonly read: (parts: Parts) => string | undefined;
};

/** A part of a text with a meaning: `name` says which. */
type Token = { readonly name: string; readonly start: number; readonly end: number };

/** How far one side is in a text. `isShort`: the part before could have taken a further digit, so that none follows. */
type Way = {
  readonly element: number;
  readonly choice: number;
  readonly done: number;
  readonly isShort: boolean;
  readonly tokens: readonly Token[];
};

const START: Way = { element: -1, choice: 0, done: 0, isShort: false, tokens: [] };

/** Enough for all that people write. */
const MAX_STEPS = 100_000;

class Search {
  #steps = 0;

  between(a: Side, b: Side): Overlap | undefined {
    /** Ways that lead to no common text. */
    const dead = new Set<string>();
    const walk = (one: Way, other: Way, chars: readonly string[]): Overlap | 'end' | undefined => {
      if (++this.#steps > MAX_STEPS) return 'unknown';
      let reached: 'end' | undefined;
      for (const left of ahead(a, one, chars.length)) {
        for (const right of ahead(b, other, chars.length)) {
          const [from, to] = [nextCharacters(a, left), nextCharacters(b, right)];
          const key = `${placeOf(left)} ${placeOf(right)}`;
          if ((from === undefined) !== (to === undefined) || dead.has(key)) continue;
          if (from === undefined || to === undefined) {
            const found = this.#difference(a, b, chars, left.tokens, right.tokens);
            if (found) return found;
            reached = 'end';
            continue;
          }
          const common = [...from].filter((character) => to.includes(character)).join('');
          const found = common === '' ? undefined : walk(step(left), step(right), [...chars, common]);
          if (found === undefined) dead.add(key);
          else if (found === 'end') reached = 'end';
          else return found;
        }
      }
      return reached;
    };
    const found = walk(START, START, []);
    return found === 'end' ? undefined : found;
  }

  /** Parts that both sides have in the same place are filled in; all other characters are tried. */
  #difference(
    a: Side,
    b: Side,
    chars: readonly string[],
    as: readonly Token[],
    bs: readonly Token[],
  ): Overlap | undefined {
    const isSame = (one: Token) => (two: Token) =>
      one.name === two.name && one.start === two.start && one.end === two.end;
    const text: (string | undefined)[] = chars.map((allowed) => (allowed.length === 1 ? allowed : undefined));
    for (const token of as.filter((one) => bs.some(isSame(one)))) fill(token, chars, text);
    const open = [...text.keys()].filter((i) => text[i] === undefined);
    const own = [...as, ...bs].filter(({ start, end }) => open.some((i) => i >= start && i < end));
    const attempt = (n: number): Overlap | undefined => {
      if (++this.#steps > MAX_STEPS) return 'unknown';
      const position = open[n];
      if (position === undefined) return differing(a, b, text.join(''), as, bs);
      for (const character of chars[position] ?? '') {
        text[position] = character;
        const complete = own.filter(({ end }) => end - 1 === position);
        const isInRange = complete.every(({ name, start, end }) =>
          mayBe(name, text.slice(start, end).join('')),
        );
        const found = isInRange ? attempt(n + 1) : undefined;
        if (found) return found;
      }
      text[position] = undefined;
      return undefined;
    };
    return attempt(0);
  }
}

/** All that the side may do next: the character of a form, or the end. */
function ahead(side: Side, way: Way, position: number): Way[] {
  const form = formOf(side, way);
  if (form !== undefined && way.done < form.length) return [way];
  const isShort = way.isShort || (form !== undefined && isShorter(side, way, form));
  const element = way.element + 1;
  const next = side.elements[element];
  if (next === undefined)
    return way.element >= side.elements.length ? [way] : [{ ...way, element, done: 0, isShort }];
  return next.forms.flatMap((chosen, choice) => {
    const token = { name: next.name, start: position, end: position + chosen.length };
    const tokens = next.name === '' ? way.tokens : [...way.tokens, token];
    const started: Way = { element, choice, done: 0, isShort, tokens };
    return chosen.length === 0 ? ahead(side, started, position) : [started];
  });
}

function formOf(side: Side, { element, choice }: Way): Form | undefined {
  return side.elements[element]?.forms[choice];
}

function isShorter(side: Side, { element }: Way, form: Form): boolean {
  const forms = side.elements[element]?.forms ?? [];
  return (
    form.at(-1) === DIGITS &&
    forms.some((other) => other.length > form.length && other[form.length] === DIGITS)
  );
}

/** Undefined at the end. */
function nextCharacters(side: Side, way: Way): string | undefined {
  const allowed = formOf(side, way)?.[way.done];
  if (allowed === undefined || !way.isShort) return allowed;
  return [...allowed].filter((character) => !DIGITS.includes(character)).join('');
}

function step(way: Way): Way {
  return { ...way, done: way.done + 1, isShort: false };
}

function placeOf({ element, choice, done, isShort }: Way): string {
  return `${element}.${choice}.${done}.${isShort}`;
}

/** The first day of a long month, of a leap year: whatever else a text says, such a day exists. */
const FILLED: Readonly<Record<string, string>> = { Y: '2024', y: '24', m: '01', d: '01', H: '01', I: '01' };

function fill({ name, start, end }: Token, chars: readonly string[], text: (string | undefined)[]): void {
  const wanted = (FILLED[name] ?? '').slice(start - end);
  for (let i = start; i < end; i++) text[i] = wanted[i - start] ?? (chars[i] ?? '')[0];
}

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  Y: [1, 9999],
  m: [1, 12],
  d: [1, 31],
  H: [0, 23],
  I: [1, 12],
  M: [0, 59],
  S: [0, 59],
};

const OFFSET = new RegExp(`^${formatPattern('%z')}$`);

function mayBe(name: string, text: string): boolean {
  if (name === 'z') return OFFSET.test(text);
  const range = RANGES[name];
  return range === undefined || (Number(text) >= range[0] && Number(text) <= range[1]);
}

function differing(
  a: Side,
  b: Side,
  text: string,
  as: readonly Token[],
  bs: readonly Token[],
): Overlap | undefined {
  const parts = (tokens: readonly Token[]) =>
    Object.fromEntries(tokens.map(({ name, start, end }) => [name, text.slice(start, end)]));
  const [first, second] = [a.read(parts(as)), b.read(parts(bs))];
  if (first === undefined || second === undefined || first === second) return undefined;
  return { text, values: [first, second] };
}

function readValue(
  type: FormattedType,
  timezone: string,
  format: string,
  { isNextDay }: Spelling,
  parts: Parts,
): string | undefined {
  if (isEpoch(format)) {
    const written = ['sign', `whole ${format}`, `fraction ${format}`]
      .map((name) => parts[name] ?? '')
      .join('');
    return isoOfEpoch(format, written)?.replace(/\.?0*Z$/, 'Z');
  }
  const iso = isoOfParts(type, isNextDay ? { ...parts, H: '00' } : parts);
  if (iso === undefined || type === 'time') return iso;
  const isReal = isDay(iso.slice(0, 10)) && !iso.startsWith('0000');
  if (type === 'date' || !isReal) return isReal ? iso : undefined;
  return instant(iso, timezone, isNextDay);
}

/** In UTC with a Z; a local time of another zone without one. */
function instant(iso: string, timezone: string, isNextDay: boolean): string | undefined {
  const [, seconds = '', fraction = '', offset] = /^(.{19})(\.\d+)?(Z|[+-].*)?$/.exec(iso) ?? [];
  const local = Date.parse(`${seconds}Z`) + (isNextDay ? 86_400_000 : 0);
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset ?? '') ?? [];
  const ahead = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -60_000 : 60_000);
  const date = new Date(local - ahead);
  if (Number.isNaN(local) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return undefined;
  const zone = offset === undefined && timezone !== 'UTC' ? '' : 'Z';
  return `${date.toISOString().slice(0, 19)}${fraction.replace(/0+$/, '')}${zone}`;
}
