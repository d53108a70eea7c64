// Tables that are stored in several orders, of which none is by a column in which equal values differ, and whether a SELECT has the
// same texts over each.
import type { SqlEngine, SqlSession } from '../../lib/ports.ts';
import { sortedTexts } from './proved-select.ts';

/** By `id`, an integer: among doubles the engine sorts -nan as nan. */
const ORDERS = ['id', 'id DESC', 'hash(id)', 'md5(CAST(id AS VARCHAR))'];

/** `rows`: SELECT by table. One schema for each order. */
export async function createStored(
  session: SqlSession,
  prefix: string,
  rows: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [i, order] of ORDERS.entries()) {
    await session.run(`CREATE SCHEMA ${prefix}_${i}`);
    for (const [name, select] of Object.entries(rows))
      await session.run(`CREATE TABLE ${prefix}_${i}.${name} AS FROM (${select}) ORDER BY ${order}`);
  }
}

/** Which two differ; 'unknown' where the engine does not run it. */
export async function storedFault(
  engine: SqlEngine,
  prefix: string,
  sql: string,
): Promise<string | undefined> {
  return engine.session(async (session) => {
    const answers: string[] = [];
    for (const i of ORDERS.keys()) {
      await session.run(`SET search_path = '${prefix}_${i}'`);
      const texts = await sortedTexts(session, sql);
      if (texts === undefined) return 'unknown';
      answers.push(JSON.stringify(texts));
    }
    const [first, ...others] = answers;
    const other = others.find((one) => one !== first);
    return other === undefined ? undefined : `${first} or ${other}`;
  });
}
