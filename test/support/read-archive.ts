// Reads the bytes of a CSV file or an archive of such under a contract, as an ingest does, with real DuckDB.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convert } from '../../lib/ingest/convert.ts';
import type { useWorld } from './use-world.ts';

function contract(words: object = {}): Dataset {
  const resource = {
    name: 'rows',
    path: '*',
    format: 'csv',
    schema: { fields: [{ name: 'id', type: 'integer' }] },
  };
  const text = JSON.stringify({ name: 'p', resources: [{ ...resource, ...words }] });
  return parseContract('p/datapackage.json', 'p', text)[0] as Dataset;
}

let files = 0;
const LIMIT = { reason: 'a test', next: 'no more' };
export async function readArchive(
  world: ReturnType<typeof useWorld>,
  bytes: Buffer,
  { words = {}, maxBytes = 1e9, fromPath = new Map<string, string | null>() } = {},
) {
  const scratch = join(world.scratch, `hostile-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, 'source.csv');
  await writeFile(path, bytes);
  const file = { dataset: contract(words), path, fromPath, scratch, limit: { ...LIMIT, bytes: maxBytes } };
  return { scratch, result: await world.sql.session((session) => convert(session, file)) };
}

/** The message of its rejection. */
export async function archiveRefusal(
  world: ReturnType<typeof useWorld>,
  bytes: Buffer,
  options: Parameters<typeof readArchive>[2] = {},
): Promise<string> {
  const { result } = await readArchive(world, bytes, options);
  if (result.outcome === 'accepted') throw new Error(`${result.rows} rows were read`);
  return result.violation.message;
}
