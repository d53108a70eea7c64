// What a word of a contract costs where it is used: the billing day under a contract with the word, beside the same contract without it.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apply } from '../../lib/evolve/apply.ts';
import { deliver } from '../../lib/local/deliver.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import type { Bench, Side } from './bench.ts';
import { billingForm, type Form } from './billing-forms.ts';
import { WORK } from './data.ts';

const ROWS = 2_000_000;
/** Of JSON, which our own reader rewrites: ten times as many take ten times as long. */
const JSON_ROWS = 200_000;
const RATIO = 1.5;

type Words = Readonly<Record<string, unknown>>;
type Case = {
  readonly name: string;
  /** For people. */
  readonly what: string;
  /** Of the resource, and of single fields. */
  readonly words?: Words;
  readonly fields?: Readonly<Record<string, Words>>;
  /** The fields of the side without the word. */
  readonly otherFields?: Readonly<Record<string, Words>>;
  /** What both sides have. */
  readonly common?: Words;
  readonly rows?: number;
  /** Told, and held against nothing: how files come is not for the contract to say. */
  readonly isNoWord?: true;
  /** How the file comes with the word, and without it; as billing.csv where not said. */
  readonly comes?: { readonly withWord: Form; readonly without?: Form };
};

const UPSERT = { mode: 'upsert', schema: { primaryKey: ['resource_id'] } };
const REPLACE = { mode: 'replace' };
const MOMENTS = ['%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M:%S.%f'];
const CAPTURED = 'dwh-fina/{system}/year=*/month=*/day=*/{run}.csv';

const CASES: readonly Case[] = [
  { name: 'header', what: 'a list of labels', fields: { timestamp: { header: ['moment', 'timestamp'] } } },
  { name: 'format', what: 'a list of formats', fields: { timestamp: { format: MOMENTS } } },
  { name: 'negative', what: 'forms of signs', fields: { credit_usage: { negative: ['(1.00)', '1.00-'] } } },
  {
    name: 'number',
    what: 'a number without `precision`, not a `double`',
    fields: { credit_usage: { precision: undefined, scale: undefined } },
    otherFields: { credit_usage: { precision: undefined, scale: undefined, double: true } },
  },
  { name: 'skip', what: '`skipRows` by its first cell', words: { skipRows: { startsWith: 'Total' } } },
  {
    name: 'skip-field',
    what: '`skipRows` by a field',
    words: { skipRows: { field: 'region', pattern: 'sum.*' } },
  },
  { name: 'blank', what: '`skipRows` of blank rows', words: { skipRows: { blank: true } } },
  { name: 'footer', what: '`footerRows`', words: { footerRows: 1 } },
  { name: 'encoding', what: '`encoding` of ASCII as windows-1250', words: { encoding: 'windows-1250' } },
  {
    name: 'letters',
    what: '`encoding` windows-1250 of letters beyond ASCII in every row, not UTF-8',
    words: { encoding: 'windows-1250' },
    comes: { withWord: 'letters-1250', without: 'letters' },
  },
  {
    name: 'kanji',
    what: '`encoding` shift_jis of ASCII',
    words: { encoding: 'shift_jis' },
  },
  { name: 'zip', what: 'the file in a zip archive', comes: { withWord: 'zip' }, isNoWord: true },
  {
    name: 'trailing',
    what: 'a delimiter behind every record',
    comes: { withWord: 'trailing' },
    isNoWord: true,
  },
  {
    name: 'property',
    what: '`property`, the records below it, not one object a line',
    words: { format: 'json', dialect: { property: 'data' } },
    common: { format: 'ndjson' },
    rows: JSON_ROWS,
    comes: { withWord: 'json-property', without: 'json' },
  },
  {
    name: 'arrays',
    what: '`itemType` array, not one object a line',
    words: { format: 'json', dialect: { itemType: 'array' } },
    common: { format: 'ndjson' },
    rows: JSON_ROWS,
    comes: { withWord: 'json-arrays', without: 'json' },
  },
  {
    name: 'date',
    what: 'a partition by date in a time zone',
    words: {
      partitionBy: [{ field: 'timestamp', transform: 'date', timezone: 'America/New_York', name: 'at' }],
    },
    common: { partitionBy: [] },
  },
  {
    name: 'hour',
    what: 'a partition by hour',
    words: { partitionBy: [{ field: 'timestamp', transform: 'hour' }] },
    common: { partitionBy: [] },
  },
  { name: 'order', what: '`orderBy`', words: { orderBy: ['timestamp'] }, common: UPSERT },
  {
    name: 'delete',
    what: '`deleteWhen`',
    words: { deleteWhen: { operation_type: ['delete'] } },
    common: UPSERT,
  },
  {
    name: 'history',
    what: '`history`, a further table',
    words: { history: true },
    common: { ...UPSERT, orderBy: ['timestamp'] },
  },
  {
    name: 'delivery',
    what: '`scope` and `delivery`',
    words: { path: CAPTURED, scope: ['system'], delivery: { by: ['run'] } },
    common: REPLACE,
  },
  {
    name: 'scope',
    what: '`scope` from rows',
    words: { scope: ['currency', 'region'] },
    common: REPLACE,
  },
];

export function wordBenches(): Bench[] {
  return CASES.map((one) => ({
    name: `words-${one.name}`,
    title: `${(one.rows ?? ROWS).toLocaleString('en-US')} billing rows to their tables, with ${one.what}`,
    subject: side('with the word', one.what, one),
    baseline: side('without it', 'the same contract without the word', {
      ...one,
      words: {},
      fields: one.otherFields ?? {},
      comes: { withWord: one.comes?.without ?? 'csv' },
    }),
    ...(one.isNoWord ? {} : { target: { ratio: RATIO } }),
  }));
}

function side(name: string, command: string, one: Case): Side {
  const { rows = ROWS } = one;
  return {
    name,
    command,
    prepare: async () => {
      const { landing, key } = await billingForm(rows, one.comes?.withWord ?? 'csv');
      const schemas = await packageOf(one);
      const lake = join(WORK, 'lake');
      await rm(lake, { recursive: true, force: true });
      const { effects, queues, deadLetters } = await openLake(
        { landing, lake, schemas },
        () => undefined,
        {},
      );
      await apply(effects);
      const skipped = one.words?.footerRows === 1 ? 1 : 0;
      return async () => {
        let accepted: number | undefined;
        await queues.files.send([{ source: key }]);
        await deliver(effects, queues, {
          ingested: ({ outcomes }) => {
            accepted = outcomes[0]?.report?.accepted;
          },
        });
        if (accepted !== rows - skipped || deadLetters.buried.length > 0)
          throw new Error(`${accepted} of ${rows} rows were accepted: ${deadLetters.buried[0]?.error}`);
      };
    },
  };
}

const FIELDS: readonly Words[] = [
  { name: 'timestamp', type: 'datetime', format: 'any', constraints: { required: true } },
  { name: 'resource_id', constraints: { required: true } },
  { name: 'user_id', type: 'integer', constraints: { required: true } },
  { name: 'credit_usage', type: 'number', precision: 18, scale: 6, constraints: { required: true } },
  { name: 'region' },
  { name: 'service_tier' },
  { name: 'operation_type' },
  { name: 'success', type: 'boolean' },
  { name: 'resource_type' },
  { name: 'invoice_id' },
  { name: 'currency' },
  { name: 'year', type: 'integer' },
  { name: 'month', type: 'integer' },
  { name: 'day', type: 'integer' },
];

/** Written into the work folder: a package with the one dataset, and no insight. */
async function packageOf({ words = {}, fields = {}, common = {} }: Case): Promise<string> {
  const { schema, ...others } = common as { readonly schema?: Words };
  const resource = {
    name: 'operations',
    path: 'dwh-fina/billing/year=*/month=*/day=*/*',
    format: 'csv',
    ...others,
    ...words,
    schema: { ...schema, fields: FIELDS.map((field) => ({ ...field, ...fields[String(field.name)] })) },
  };
  const schemas = join(WORK, 'schemas');
  await mkdir(join(schemas, 'words'), { recursive: true });
  const text = JSON.stringify({ name: 'words', resources: [resource] });
  await writeFile(join(schemas, 'words', 'datapackage.json'), text);
  return schemas;
}
