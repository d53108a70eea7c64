// Random histories of files whose rows are versions of keys, and what their tables must be, computed without Sluice or SQL: at any
// moment the version that counts is the greatest in order of those that have begun.
import fc from 'fast-check';
import { compaction, type Present, type Step } from './shop-history.ts';

export const VERSION_FIELDS = [
  { name: 'region', type: 'string' },
  { name: 'id', type: 'integer' },
  { name: 'city', type: 'string', constraints: { required: true } },
  { name: 'op', type: 'string' },
  { name: 'gone', type: 'boolean' },
  { name: 'seq', type: 'integer' },
  { name: 'day', type: 'date', constraints: { required: true } },
];
const HEADER = VERSION_FIELDS.map(({ name }) => name).join(',');

/** The words of a contract that decide which version counts. */
export type VersionWords = {
  readonly orderBy?: readonly ('day' | 'seq')[];
  readonly deleteWhen?: { readonly op?: readonly string[]; readonly gone?: readonly boolean[] };
};

/** How the datasets differ; each has a history. */
export const VERSIONED: Readonly<Record<string, VersionWords>> = {
  plain: {},
  taken: { deleteWhen: { op: ['D', 'delete'] } },
  by_day: { orderBy: ['day', 'seq'], deleteWhen: { op: ['D', 'delete'], gone: [true] } },
  by_seq: { orderBy: ['seq'], deleteWhen: { gone: [true] } },
};

export const versionedContract = {
  name: 'versions',
  resources: [
    ...Object.entries(VERSIONED).map(([name, words]) => ({
      name,
      path: `${name}/*.csv`,
      mode: 'upsert',
      history: true,
      maxRejectedRatio: 1,
      ...(name === 'by_seq' ? { partitionBy: ['region'] } : {}),
      ...words,
      schema: { fields: VERSION_FIELDS, primaryKey: ['region', 'id'] },
    })),
    {
      name: 'visits',
      path: 'visits/*.csv',
      schema: {
        fields: [
          { name: 'region', type: 'string' },
          { name: 'id', type: 'integer' },
          { name: 'visited', type: 'date' },
        ],
      },
    },
  ],
};

/** The point-in-time join: each visit sees the version that was valid on its day. */
export const VISITED = `/* ---
description: The city that a customer had on the day of a visit.
over: visits
--- */
SELECT visits.region, visits.id, visits.visited, city, count(*) AS visits
FROM visits LEFT JOIN by_day_history AS known ON known.region = visits.region AND known.id = visits.id
  AND visited >= valid_from AND (valid_to IS NULL OR visited < valid_to)
GROUP BY visits.region, visits.id, visits.visited, city
`;
export const BY_REGION = `/* ---
over: by_seq_history
partitionBy: [region]
--- */
SELECT region, count(*) AS versions, count(*) FILTER (is_current) AS current FROM by_seq_history GROUP BY region
`;

const blank = (arbitrary: fc.Arbitrary<string>, weight = 2) =>
  fc.oneof({ weight, arbitrary }, { weight: 1, arbitrary: fc.constant('') });
const DAYS = ['2024-01-01', '2024-01-02', '2024-01-03'];
/** Some lines come again and again, in the same file and in others. */
const REPEATED = ['eu,1,Rome,,,1,2024-01-01', 'eu,1,Oslo,I,false,2,2024-01-02', 'eu,1,,D,,3,2024-01-03'];
const anyVersion = fc
  .tuple(
    fc.constantFrom('eu', 'us'),
    fc.constantFrom('1', '2', 'x'),
    blank(fc.constantFrom('Rome', 'Oslo')),
    blank(fc.constantFrom('D', 'delete', 'I'), 1),
    blank(fc.constantFrom('true', 'false'), 1),
    blank(fc.constantFrom('1', '2', '3', '10')),
    fc.constantFrom(...DAYS, ...DAYS, ''),
  )
  .map((cells) => cells.join(','));
const version = fc.oneof(anyVersion, fc.constantFrom(...REPEATED));
/** Texts of files with several versions of a few keys; some of their rows are refused. */
export const versions = fc.array(version, { maxLength: 7 }).map((lines) => [HEADER, ...lines, ''].join('\n'));
const visits = fc
  .array(fc.tuple(fc.constantFrom('eu', 'us'), fc.constantFrom('1', '2'), fc.constantFrom(...DAYS)), {
    maxLength: 4,
  })
  .map((rows) => ['region,id,visited', ...rows.map((row) => row.join(',')), ''].join('\n'));

const NAMES = Object.keys(VERSIONED);
const KEYS = [...NAMES.flatMap((name) => [1, 2, 3].map((n) => `${name}/${n}.csv`)), 'visits/1.csv'];
const keyOf = (names: readonly string[]) =>
  fc.constantFrom(...KEYS.filter((key) => names.some((name) => key.startsWith(name))));
const putOf = (key: fc.Arbitrary<string>, text: fc.Arbitrary<string>): fc.Arbitrary<Step> =>
  fc.record({ kind: fc.constant('put' as const), key, text, tick: fc.boolean() });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: putOf(keyOf(NAMES.map((name) => `${name}/`)), versions) },
  { weight: 1, arbitrary: putOf(keyOf(['visits']), visits) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), key: fc.constantFrom(...KEYS) }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('event' as const), key: fc.constantFrom(...KEYS) }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'settle' as const }) },
  { weight: 3, arbitrary: compaction },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('refresh' as const), target: fc.nat(20) }) },
);
export const versionHistory: fc.Arbitrary<Step[]> = fc.array(step, {
  minLength: 8,
  maxLength: 30,
  size: 'max',
});

type Version = {
  readonly cells: readonly string[];
  readonly deletes: boolean;
  /** Texts and numbers that order it among the versions of its key. */
  readonly rank: readonly (string | number)[];
  readonly from: string;
};

const at = (line: readonly string[], name: string) =>
  line[VERSION_FIELDS.findIndex((field) => field.name === name)] ?? '';

/** The accepted rows of a dataset's files, in no order. */
function accepted(name: string, present: readonly Present[], words = VERSIONED[name]): Version[] {
  const { orderBy = [], deleteWhen = {} } = words as VersionWords;
  return present
    .filter(({ key }) => key.startsWith(`${name}/`))
    .flatMap(({ key, text, lastModifiedMs }) =>
      text
        .split('\n')
        .slice(1, -1)
        .flatMap((line, nth): Version[] => {
          const cells = line.split(',');
          const deletes =
            (deleteWhen.op ?? []).includes(at(cells, 'op')) ||
            (deleteWhen.gone ?? []).map(String).includes(at(cells, 'gone'));
          const isValid =
            at(cells, 'id') !== 'x' &&
            (deletes || at(cells, 'city') !== '') &&
            (at(cells, 'day') !== '' || (deletes && !orderBy.includes('day')));
          // A missing number is below all others.
          const ordered = orderBy.map((by) => (by === 'seq' ? Number(at(cells, by) || -1) : at(cells, by)));
          const from = orderBy[0] === 'day' ? at(cells, 'day') : new Date(lastModifiedMs).toISOString();
          return isValid ? [{ cells, deletes, rank: [...ordered, lastModifiedMs, key, nth], from }] : [];
        }),
    );
}

function isNewer(a: Version, b: Version): boolean {
  const differing = a.rank.findIndex((value, i) => value !== b.rank[i]);
  return (a.rank[differing] as string | number) > (b.rank[differing] as string | number);
}

function newestOf(versions: readonly Version[]): Version {
  return versions.reduce((a, b) => (isNewer(b, a) ? b : a));
}

/** By key, whatever its partition. */
function byKey(name: string, present: readonly Present[], words?: VersionWords): Version[][] {
  const keys = new Map<string, Version[]>();
  for (const version of accepted(name, present, words)) {
    const key = version.cells.slice(0, 2).join();
    keys.set(key, [...(keys.get(key) ?? []), version]);
  }
  return [...keys.values()];
}

/** `words`: those of VERSIONED by its name, if absent. */
export function expectedCurrent(name: string, present: readonly Present[], words?: VersionWords): string[] {
  return byKey(name, present, words)
    .map(newestOf)
    .flatMap(({ cells, deletes }) => (deletes ? [] : [cells.join()]))
    .sort();
}

export type Valid = { readonly row: string; readonly from: string; readonly to: string };

/** `to`: '' while it is valid. */
export function expectedHistory(name: string, present: readonly Present[], words?: VersionWords): Valid[] {
  return byKey(name, present, words).flatMap((versions) => {
    const moments = [...new Set(versions.map(({ from }) => from))].sort();
    const states = moments.map((moment) => {
      const { cells, deletes } = newestOf(versions.filter(({ from }) => from <= moment));
      return { moment, row: deletes ? undefined : cells.join() };
    });
    // What does not change anything is no new state.
    const changes = states.filter(({ row }, i) => i === 0 || row !== states[i - 1]?.row);
    return changes.flatMap(({ row, moment: from }, i) =>
      row === undefined ? [] : [{ row, from, to: changes[i + 1]?.moment ?? '' }],
    );
  });
}

/** region, id, day, city (`-` for none), visits. */
export function expectedVisits(present: readonly Present[]): string[] {
  const history = expectedHistory('by_day', present);
  const counts = new Map<string, number>();
  for (const { text } of present.filter(({ key }) => key === 'visits/1.csv'))
    for (const line of text.split('\n').slice(1, -1)) {
      const [region, id, on = ''] = line.split(',');
      const valid = history.filter(
        ({ row, from, to }) => row.startsWith(`${region},${id},`) && from <= on && (to === '' || on < to),
      );
      for (const city of valid.length === 0 ? ['-'] : valid.map(({ row }) => row.split(',')[2])) {
        const key = [region, id, on, city].join();
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  return [...counts].map((entry) => entry.join()).sort();
}
