// Small texts for people that the terminal and the page share: numbers, counts, times, the first few of a list. Pure.

/** `12,345` */
export function number(value: number): string {
  // Loading the rules of languages takes longer than many a verb has to print.
  if (Number.isSafeInteger(value)) return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return value.toLocaleString('en-US');
}

/** `1 file`, `12,345 rows` */
export function count(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `2024-01-31 10:00:05Z` */
export function timeText(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}

/** `a, b, c, … (4 in all)` */
export function firstWords(items: readonly string[], most: number): string {
  return items.length <= most
    ? items.join(', ')
    : `${items.slice(0, most).join(', ')}, … (${number(items.length)} in all)`;
}
