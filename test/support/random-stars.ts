// Random SELECTs of stars that leave columns out, or put others in their places, and of GROUP BY ALL beside them; and a LIMIT in an
// order that may leave ties.
import fc from 'fast-check';
import { BASES } from './keyed-relations.ts';
import { Choice, type Keyed, limited } from './random-choice.ts';

function starred(choice: Choice): Keyed {
  const { sql: relation, columns } = choice.one(BASES);
  // The first is the key, or a part of it.
  const [key = ''] = columns;
  const [gone, other] = [choice.one([key, key, choice.one(columns)]), choice.one(columns)];
  const rest = columns.filter((column) => column !== gone);
  const value = choice.one([other, 'NULL', `upper(CAST(${gone} AS VARCHAR)) > 'S1'`, gone]);
  const { star, left } = choice.one([
    { star: '*', left: columns },
    { star: `* EXCLUDE (${gone})`, left: rest },
    { star: `r.* EXCLUDE (${gone})`, left: rest },
    { star: `* EXCLUDE (r.${gone})`, left: rest },
    { star: `* REPLACE (${value} AS ${gone})`, left: columns },
    { star: `* EXCLUDE (${gone}), ${value} AS ${gone}`, left: columns },
    { star: `* RENAME (${gone} AS other)`, left: [...rest, 'other'] },
    { star: `* RENAME (${key} AS ${other}, ${other} AS ${key})`, left: columns },
    { star: `* EXCLUDE (${gone}) RENAME (${other} AS ${gone})`, left: [...rest, gone] },
  ]);
  const sets = choice.one([
    '',
    '',
    'unnest([1, 2]) AS u',
    'generate_subscripts([1, 2], 1) AS u',
    'count(*) AS u',
  ]);
  const isGrouped = sets.startsWith('count');
  const inner = `SELECT ${star}${sets === '' ? '' : `, ${sets}`} FROM ${relation} AS r${isGrouped ? ' GROUP BY ALL' : ''}`;
  const names = [...new Set(sets === '' ? left : [...left, 'u'])];
  if (choice.once(3)) return limited(choice, { sql: inner, names, order: [...names, '1', '2'] });
  const items = choice.some(names, 1, 3);
  const sql = `SELECT ${items.join(', ')} FROM (${inner}) AS q`;
  const order = names.includes(key) ? [key, key, key, ...names] : names;
  return limited(choice, { sql, names: items, order }, 2);
}

export const starSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => starred(new Choice(g)));
