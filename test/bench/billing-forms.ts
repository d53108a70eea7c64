// The billing day as other senders would write it: with letters beyond ASCII, packed, with delimiters behind its records, as JSON.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { zipBytes } from '../support/zip-writer.ts';
import { BILLING_KEY, billingLanding, DATA } from './data.ts';

export type Form =
  | 'csv'
  | 'letters'
  | 'letters-1250'
  | 'zip'
  | 'trailing'
  | 'json'
  | 'json-property'
  | 'json-arrays';

type Writer = (day: string, to: string) => Promise<void>;

/** Each line of the day, the header first, as `of` makes it. */
function byLine(
  of: (line: string, index: number) => string,
  end = '',
  encoding: BufferEncoding = 'utf8',
): Writer {
  return async (day, to) => {
    async function* text() {
      let [lines, index] = ['', 0];
      for await (const line of createInterface({ input: createReadStream(day) })) {
        lines += of(line, index++);
        if (lines.length < 1_000_000) continue;
        yield Buffer.from(lines, encoding);
        lines = '';
      }
      yield Buffer.from(lines + end, encoding);
    }
    await pipeline(Readable.from(text()), createWriteStream(to));
  };
}

/** The region in every row; \u00e1 is one byte, 0xE1, in Latin-1 and windows-1250 alike. */
const lettered = (line: string) => `${line.replace(/,([a-z]{2}-[a-z]{3}1),/, ',$1\u00e1,')}\n`;

let labels: readonly string[] = [];
/** No value of the day is quoted. */
function members(line: string, index: number): Record<string, string> | undefined {
  const cells = line.split(',');
  if (index === 0) labels = cells;
  return index === 0 ? undefined : Object.fromEntries(cells.map((cell, i) => [labels[i] ?? '', cell]));
}

const WRITERS: Readonly<Record<Exclude<Form, 'csv'>, Writer>> = {
  letters: byLine(lettered),
  'letters-1250': byLine(lettered, '', 'latin1'),
  zip: async (day, to) => writeFile(to, zipBytes([{ name: 'billing.csv', bytes: await readFile(day) }])),
  trailing: byLine((line, index) => `${line}${index === 0 ? '' : ','}\n`),
  json: byLine((line, index) => {
    const record = members(line, index);
    return record === undefined ? '' : `${JSON.stringify(record)}\n`;
  }),
  'json-property': byLine((line, index) => {
    const record = members(line, index);
    return record === undefined ? '{"data": [\n' : `${index === 1 ? '' : ',\n'}${JSON.stringify(record)}`;
  }, '\n]}\n'),
  'json-arrays': byLine(
    (line, index) => `${index === 0 ? '[' : ',\n'}${JSON.stringify(line.split(','))}`,
    '\n]\n',
  ),
};

/** A landing folder with the day of that many rows in that form. Made when it is missing. `key`: of its one file. */
export async function billingForm(
  rows: number,
  form: Form,
): Promise<{ readonly landing: string; readonly key: string }> {
  const { landing, file } = await billingLanding(rows);
  if (form === 'csv') return { landing, key: BILLING_KEY };
  const [folder, key] = [
    join(DATA, `billing-${rows}-${form}`),
    BILLING_KEY.replace(/csv$/, form.replace(/-.*/, '')),
  ];
  const made = join(folder, key);
  if (!(await stat(made).catch(() => undefined))) {
    await mkdir(dirname(made), { recursive: true });
    await WRITERS[form](file, `${made}.tmp`);
    await rename(`${made}.tmp`, made);
  }
  return { landing: folder, key };
}
