// The addresses of the page's views, both ways: an address can be sent to a colleague. Pure.
import { visible } from '../../core/visible-text.ts';
import type { Cell, Partition } from '../page-values.ts';

export type Route =
  | { readonly view: 'today' }
  | { readonly view: 'arrivals'; readonly dataset: string | null }
  | { readonly view: 'dataset'; readonly name: string }
  /** `source`: the file whose receipt is shown. */
  | { readonly view: 'files'; readonly name: string; readonly label: string; readonly source: string | null }
  | { readonly view: 'refused'; readonly name: string; readonly source: string }
  | { readonly view: 'insight'; readonly name: string }
  /** `partition`: its values in the order of `partitionBy`. `row`: key column → value, as far as needed to tell the row. */
  | {
      readonly view: 'receipt';
      readonly name: string;
      readonly partition: readonly Cell[];
      readonly column: string | null;
      readonly row: Partition;
    }
  /** `from`, `to`: versions, or days as `2024-01-31`; null for the newest two. */
  | {
      readonly view: 'changes';
      readonly name: string | null;
      readonly from: string | null;
      readonly to: string | null;
    }
  | { readonly view: 'lineage'; readonly name: string | null }
  | { readonly view: 'search'; readonly words: string }
  | { readonly view: 'unknown' };

/** `#/insight/spend_by_month/at/2024/1?column=credit_usage&row.currency=EUR` */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?');
  const segments = path.split('/').map(decoded);
  const [view = '', name = '', part, ...rest] = segments;
  const options = new URLSearchParams(query);
  if (view === '') return { view: 'today' };
  if (view === 'arrivals') return { view, dataset: name || null };
  if (view === 'lineage') return { view, name: name || null };
  if (view === 'search') return { view, words: options.get('q') ?? '' };
  if (view === 'changes')
    return { view, name: name || null, from: options.get('from'), to: options.get('to') };
  if (name === '') return { view: 'unknown' };
  if (view === 'dataset' && part === undefined) return { view, name };
  if (view === 'dataset' && part === 'files')
    return { view: part, name, label: rest[0] ?? '', source: options.get('file') };
  if (view === 'dataset' && part === 'refused')
    return { view: part, name, source: options.get('file') ?? '' };
  if (view === 'insight' && part === undefined) return { view, name };
  if (view === 'insight' && part === 'at') {
    const row = [...options].flatMap(([key, value]) =>
      key.startsWith('row.') ? [[key.slice(4), parseCell(value)] as const] : [],
    );
    const partition = rest.map(parseCell);
    return {
      view: 'receipt',
      name,
      partition,
      column: options.get('column'),
      row: Object.fromEntries(row),
    };
  }
  return { view: 'unknown' };
}

export function href(route: Exclude<Route, { view: 'unknown' }>): string {
  switch (route.view) {
    case 'today':
      return '#/';
    case 'arrivals':
      return path('arrivals', ...(route.dataset === null ? [] : [route.dataset]));
    case 'lineage':
      return path('lineage', ...(route.name === null ? [] : [route.name]));
    case 'search':
      return path('search') + queryOf({ q: route.words });
    case 'changes':
      return (
        path('changes', ...(route.name === null ? [] : [route.name])) +
        queryOf({ from: route.from, to: route.to })
      );
    case 'dataset':
      return path('dataset', route.name);
    case 'files':
      return path('dataset', route.name, 'files', route.label) + queryOf({ file: route.source });
    case 'refused':
      return path('dataset', route.name, 'refused') + queryOf({ file: route.source });
    case 'insight':
      return path('insight', route.name);
    case 'receipt': {
      const row = Object.entries(route.row).map(([name, value]) => [`row.${name}`, cellWord(value)] as const);
      return (
        path('insight', route.name, 'at', ...route.partition.map(cellWord)) +
        queryOf({ column: route.column, ...Object.fromEntries(row) })
      );
    }
  }
}

/** What a reader calls a place of its own: another one begins at its top. The words of a search are typed within one place. */
export function placeOf(route: Route): string {
  if (route.view === 'unknown') return 'unknown';
  return href(route.view === 'search' ? { ...route, words: '' } : route).split('?')[0] ?? '';
}

/** Of the window and its bookmark: the narrowest first. */
export function titleOf(route: Route): string {
  const words = titleWords(route);
  return [...words, 'Sluice'].join(' · ');
}

function titleWords(route: Route): string[] {
  switch (route.view) {
    case 'today':
      return ['Today'];
    case 'arrivals':
      return route.dataset === null ? ['Arrivals'] : [visible(route.dataset), 'Arrivals'];
    case 'dataset':
    case 'insight':
      return [visible(route.name)];
    case 'files':
      return [
        ...(route.source === null ? [] : [visible(route.source)]),
        visible(route.label),
        visible(route.name),
      ];
    case 'refused':
      return ['Refused rows', visible(route.source), visible(route.name)];
    case 'receipt':
      return [
        ...route.partition.map((cell) => visible(cell ?? 'no value')),
        `Receipt of ${visible(route.name)}`,
      ];
    case 'changes':
      return route.name === null ? ['What changed'] : ['What changed', visible(route.name)];
    case 'lineage':
      return route.name === null
        ? ['Where numbers come from']
        : ['Where numbers come from', visible(route.name)];
    case 'search':
      return route.words === '' ? ['Search'] : [visible(route.words), 'Search'];
    case 'unknown':
      return ['No such view'];
  }
}

/** A missing value is told from the text of that name. */
const NOTHING = '\\N';

function cellWord(cell: Cell): string {
  return cell === null ? NOTHING : cell.replace(/^\\/, '\\\\');
}

function parseCell(word: string): Cell {
  return word === NOTHING ? null : word.replace(/^\\\\/, '\\');
}

function path(...segments: readonly string[]): string {
  return `#/${segments.map(encodeURIComponent).join('/')}`;
}

function queryOf(values: Readonly<Record<string, string | null>>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** An address that somebody cut or wrote by hand may not be decodable. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
