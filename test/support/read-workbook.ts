// Reads the bytes of a workbook under a contract as an ingest does, with real DuckDB.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { type Converted, convert, type Refused } from '../../lib/ingest/convert.ts';
import { countSourceRecords } from '../../lib/ingest/count-source.ts';
import type { useWorld } from './use-world.ts';
import { type WorkbookParts, workbookBytes } from './workbook.ts';

export type ReadWords = {
  /** Of the resource. */
  readonly words?: object;
  readonly fields?: readonly (string | object)[];
  readonly maxBytes?: number;
  /** In landing. */
  readonly key?: string;
};

export type FoundRow = {
  readonly line: number | null;
  readonly raw: string;
  readonly messages: readonly string[];
};

/** `rows`: the accepted ones as texts. `refused`: the quarantined ones. `counted`: by the count that reads no cells. */
export type ReadWorkbook = {
  readonly result: Converted | Refused;
  readonly rows: readonly (readonly (string | null)[])[];
  readonly refused: readonly FoundRow[];
  readonly counted: number | string;
};

export function workbookDataset({ words = {}, fields = ['a', 'b'] }: ReadWords): Dataset {
  const all = fields.map((field) => (typeof field === 'string' ? { name: field } : field));
  const resource = { name: 'rows', path: '*', format: 'xlsx', schema: { fields: all }, ...words };
  const text = JSON.stringify({ name: 'p', resources: [resource] });
  return parseContract('p/datapackage.json', 'p', text)[0] as Dataset;
}

let files = 0;

export async function readWorkbook(
  world: ReturnType<typeof useWorld>,
  bytes: Buffer,
  given: ReadWords = {},
): Promise<ReadWorkbook> {
  const scratch = join(world.scratch, `workbook-${++files}`);
  await mkdir(join(scratch, 'count'), { recursive: true });
  const path = join(scratch, 'book.xlsx');
  await writeFile(path, bytes);
  const dataset = workbookDataset(given);
  const limit = { bytes: given.maxBytes ?? 1e9, reason: 'a test', next: 'no more' };
  const key = given.key === undefined ? {} : { key: given.key };
  const file = { dataset, path, ...key, fromPath: new Map<string, string | null>(), scratch, limit };
  const counted = await countSourceRecords({ ...file, scratch: join(scratch, 'count') }).catch(
    (error: Error) => error.message,
  );
  return world.sql.session(async (session) => {
    const result = await convert(session, file);
    const names = dataset.fields.map(({ name }) => `CAST("${name}" AS VARCHAR)`).join(', ');
    const paths = result.outcome === 'accepted' ? result.dataFiles.map((one) => `'${one.path}'`) : [];
    const rows =
      paths.length === 0
        ? []
        : await session.rows<{ cells: (string | null)[] }>(
            `SELECT [${names}] AS cells FROM read_parquet([${paths.join(', ')}])`,
          );
    const refused =
      result.quarantine === undefined
        ? []
        : await session.rows<{ line: number | null; raw: string; messages: string[] }>(
            `SELECT line, raw, [v.message FOR v IN violations] AS messages FROM read_parquet('${result.quarantine.path}')`,
          );
    return {
      result,
      rows: rows.map(({ cells }) => cells),
      refused: refused.map(({ line, ...rest }) => ({ line: line === null ? null : Number(line), ...rest })),
      counted: typeof counted === 'object' ? counted.message : counted,
    };
  });
}

/** Written first; `violation`: the message of its rejection. */
export async function readParts(
  world: ReturnType<typeof useWorld>,
  workbook: WorkbookParts,
  words: ReadWords = {},
) {
  const found = await readWorkbook(world, workbookBytes(workbook), words);
  const { result } = found;
  return { ...found, violation: result.outcome === 'rejected' ? result.violation.message : undefined };
}

/** The message of its rejection. */
export async function workbookRefusal(
  world: ReturnType<typeof useWorld>,
  bytes: Buffer,
  words: ReadWords = {},
): Promise<string> {
  const { result } = await readWorkbook(world, bytes, words);
  if (result.outcome === 'accepted') throw new Error(`${result.rows} rows were read`);
  return result.violation.message;
}
