// The same file to Parquet by other tools: csv-parse with parquetjs-lite, and PySpark where it is installed.
import { execFile, spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { parse } from 'csv-parse';
import { type Dataset, tableColumns } from '../../lib/core/contract.ts';
import { sqlType } from '../../lib/core/schema.ts';
import type { Side } from './bench.ts';
import { billingLanding, WORK } from './data.ts';

/** What the bench uses of parquetjs-lite, which brings no types. */
type ParquetLibrary = {
  readonly ParquetSchema: new (
    fields: Record<string, { type: string; optional: true; compression: string }>,
  ) => object;
  readonly ParquetWriter: {
    openFile(
      schema: object,
      path: string,
    ): Promise<{ appendRow(row: object): Promise<void>; close(): Promise<void> }>;
  };
};

const PYTHON = process.env.SLUICE_PYTHON ?? join(import.meta.dirname, '../../.venv/bin/python');

export function csvParseSide(billing: Dataset, rows: number): Side {
  return {
    name: 'csv-parse with parquetjs-lite',
    command:
      "for await (const row of createReadStream('billing.csv').pipe(parse({ columns: true }))) await writer.appendRow(typed(row))",
    prepare: async () => {
      const { file } = await billingLanding(rows);
      const library = createRequire(import.meta.url)('parquetjs-lite') as ParquetLibrary;
      const types = new Map(tableColumns(billing).map(({ name, type }) => [name, parquetType(type)]));
      const fields = [...types].map(
        ([name, type]) => [name, { type, optional: true, compression: 'SNAPPY' }] as const,
      );
      const schema = new library.ParquetSchema(Object.fromEntries(fields));
      return async () => {
        const writer = await library.ParquetWriter.openFile(schema, join(WORK, 'other.parquet'));
        let written = 0;
        for await (const row of createReadStream(file).pipe(parse({ columns: true }))) {
          await writer.appendRow(typedRow(row as Record<string, string>, types));
          written += 1;
        }
        await writer.close();
        if (written !== rows) throw new Error(`csv-parse found ${written} of ${rows} rows`);
      };
    },
  };
}

/** parquetjs-lite writes no decimals: they become binary floating point. */
function parquetType(type: string): string {
  if (type === 'long' || type === 'integer') return 'INT64';
  if (type === 'boolean') return 'BOOLEAN';
  if (type === 'timestamp') return 'TIMESTAMP_MILLIS';
  return type === 'double' || type.startsWith('decimal') ? 'DOUBLE' : 'UTF8';
}

function typedRow(row: Readonly<Record<string, string>>, types: ReadonlyMap<string, string>): object {
  const typed: Record<string, unknown> = {};
  for (const [name, type] of types) {
    const text = row[name];
    if (text === undefined || text === '') continue;
    if (type === 'INT64' || type === 'DOUBLE') typed[name] = Number(text);
    else if (type === 'BOOLEAN') typed[name] = text === 'true';
    else typed[name] = type === 'TIMESTAMP_MILLIS' ? new Date(`${text}Z`) : text;
  }
  return typed;
}

export async function whyNoPyspark(): Promise<string | undefined> {
  try {
    await promisify(execFile)(PYTHON, ['-c', 'import pyspark']);
    return undefined;
  } catch {
    return `${PYTHON} has no pyspark: "npm run test:interop" installs it, or name another Python by SLUICE_PYTHON`;
  }
}

/** The session is open before the clock starts. */
export function pysparkSide(billing: Dataset, rows: number): Side {
  const types = new Map(tableColumns(billing).map(({ name, type }) => [name, sqlType(type)]));
  const schema = billing.fields
    .map(({ name }) => `${name} ${sparkType(types.get(name) ?? 'VARCHAR')}`)
    .join(', ');
  return {
    name: 'PySpark, without its start',
    command: `spark.read.csv('billing.csv', header=True, schema='${schema}').write.parquet('billing', compression='zstd')`,
    isOutside: true,
    prepare: async () => {
      const { file } = await billingLanding(rows);
      const script = join(import.meta.dirname, 'pyspark_conversion.py');
      const child = spawn(PYTHON, [script, file, join(WORK, 'spark'), schema], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const expectLine = async (wanted: string) => {
        const { value } = await lines.next();
        if (value !== wanted) throw new Error(`PySpark said ${value} instead of ${wanted}`);
      };
      await expectLine('ready');
      return async () => {
        child.stdin.write('go\n');
        await expectLine(String(rows));
        child.stdin.end();
      };
    },
  };
}

function sparkType(type: string): string {
  if (type === 'VARCHAR') return 'STRING';
  return type.startsWith('TIMESTAMP') ? 'TIMESTAMP' : type;
}
