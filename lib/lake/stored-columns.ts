// What data files store, in the types that the contract has by now: those may be wider.
import { type Column, sqlType } from '../core/schema.ts';
import type { SqlSession } from '../ports.ts';
import { identifier } from '../sql/quoting.ts';

/** The select list of all stored columns. `isSame`: they have these types already. `relation`: SQL; `columns`: of the table. */
export async function storedColumns(
  session: SqlSession,
  relation: string,
  columns: readonly Column[],
): Promise<{ readonly select: string; readonly isSame: boolean }> {
  const wanted = new Map(columns.map(({ name, type }) => [name, sqlType(type)]));
  const stored = await session.describe(`SELECT * FROM ${relation}`);
  const select = stored.map(({ name, type }) => {
    const wide = wanted.get(name) ?? type;
    return wide === type ? identifier(name) : `CAST(${identifier(name)} AS ${wide}) AS ${identifier(name)}`;
  });
  const isSame = stored.every(({ name, type }) => (wanted.get(name) ?? type) === type);
  return { select: select.join(', '), isSame };
}
