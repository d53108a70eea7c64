// Is a file's first record a header, or data already? Decided by what stands below it. Pure.

export type HeaderGuess = { readonly isHeader: boolean; readonly seen: string };

/** Numbers, days and times as people write them: no label looks so, but for a year. */
const VALUE =
  /^[+-]?[\d.,' ]*\d[\d.,']*(e[+-]?\d+)?\s?%?$|^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ]\d{1,2}:.*)?$|^\d{1,2}:\d{2}(:\d{2})?$/i;
const YEAR = /^(19|20)\d\d$/;

/** `others`: the records below, of the same width. */
export function looksLikeHeader(
  first: readonly string[],
  others: readonly (readonly string[])[],
): HeaderGuess {
  if (others.length === 0) return { isHeader: true, seen: 'a header alone: no record is below it' };
  const typed = first.flatMap((label, i) => {
    const cells = others.map((cells) => cells[i] ?? '').filter((cell) => cell !== '');
    return cells.length > 0 && cells.every((cell) => VALUE.test(cell)) ? [{ label, cells }] : [];
  });
  const named = typed.find(({ label }) => label !== '' && !VALUE.test(label));
  if (named) return { isHeader: true, seen: 'a header: a column of values has a word above them' };
  if (typed.length === 0)
    return {
      isHeader: true,
      seen: 'taken for a header: all columns are texts, so that nothing tells (--header no, if it is data)',
    };
  if (typed.every(({ label, cells }) => YEAR.test(label) && !cells.every((cell) => YEAR.test(cell))))
    return { isHeader: true, seen: 'a header: years stand above values that are none' };
  return {
    isHeader: false,
    seen: 'no header: the first record has values where the others have them (--header yes, if it is one)',
  };
}
