// What a number format makes of a number: a date, a time of day, both, or a number. Pure; knows no cells.
// ECMA-376 Part 1, sections 18.8.30 (numFmt) and 18.8.31 (numFmts).

export type NumberKind = 'number' | 'date' | 'time' | 'datetime';

/** Formats that a workbook need not spell out. Those of East Asia differ by language, and are dates or times in each. */
export function builtInKind(id: number): NumberKind {
  if (id === 22) return 'datetime';
  if (id >= 14 && id <= 17) return 'date';
  // 46 is a duration: [h]:mm:ss.
  if ((id >= 18 && id <= 21) || id === 45 || id === 47) return 'time';
  if ((id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 54) || id === 57 || id === 58) return 'date';
  return (id >= 32 && id <= 35) || id === 55 || id === 56 ? 'time' : 'number';
}

/** Quoted and escaped text, blanks as wide as a character, fillers, and brackets with a colour, a language or a condition. */
const LITERALS = /"[^"]*"?|[\\_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]/gis;

/** `code`: such as "yyyy\-mm\-dd;@". Its first section counts. A duration ("[h]:mm") stays a number. */
export function formatKind(code: string): NumberKind {
  const bare = code.replace(LITERALS, '').split(';')[0] ?? '';
  const isGeneral = /^\s*general\s*$/i.test(bare);
  if (isGeneral || /\[(?:h+|m+|s+)\]/i.test(bare)) return 'number';
  const words = bare.replace(/a\/p|am\/pm/gi, 'h');
  const hasTime = /[hs]/i.test(words);
  const hasDate = /[yd]|m{3}/i.test(words) || (/m/i.test(words) && !hasTime);
  if (hasDate) return hasTime ? 'datetime' : 'date';
  return hasTime ? 'time' : 'number';
}
