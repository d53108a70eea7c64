// A starter insight over a drafted dataset: how many records, and the sums of its amounts, by partition and by a column of few
// values. Text alone; whether it is sound is asked of the loader.
import type { FieldWords } from '../definitions/contract-schema.ts';
import { identifier } from '../sql/quoting.ts';
import { isKeyName } from './key.ts';
import { plainName } from './names.ts';

export type InsightDraft = { readonly name: string; readonly text: string };

const MAX_SUMS = 4;
const WHOLE = 'DECIMAL(38, 0)';

export function starterInsight(
  dataset: string,
  fields: readonly FieldWords[],
  partitionBy: readonly string[],
): InsightDraft {
  const group = fields.find(
    ({ name, constraints }) =>
      constraints?.enum !== undefined && constraints.required && !partitionBy.includes(name),
  );
  const dated =
    group ??
    fields.find(
      ({ name, type, constraints }) =>
        type === 'date' && constraints?.required && !partitionBy.includes(name),
    );
  const keys = dated === undefined ? [] : [dated.name];
  const taken = new Set([...partitionBy, ...keys].map((name) => name.toLowerCase()));
  const named = (name: string) => (taken.has(name.toLowerCase()) ? `${name}_total` : name);
  const sums = fields
    .filter(
      ({ name, type }) =>
        (type === 'number' || (type === 'integer' && !isKeyName(name))) && !taken.has(name.toLowerCase()),
    )
    .slice(0, MAX_SUMS)
    .map(({ name, type }) => `${sumOf(name, type)} AS ${quoted(name)}`);
  const columns = [...partitionBy, ...keys].map(quoted);
  const counted = fields.some(({ name }) => name === 'records') ? 'record_count' : named('records');
  const by = [...keys, ...partitionBy];
  const select = [...columns, `count(*) AS ${quoted(counted)}`, ...sums];
  const text = [
    '/* ---',
    `description: ${sums.length > 0 ? 'Records and sums' : 'Records'} of ${dataset}${by.length === 0 ? '' : ` by ${by.join(', ')}`}.`,
    `over: ${dataset}`,
    ...(partitionBy.length === 0 ? [] : [`partitionBy: ${yamlList(partitionBy)}`]),
    ...(keys.length === 0 ? [] : [`key: ${yamlList(keys)}`]),
    '--- */',
    'SELECT',
    select.map((column) => `  ${column}`).join(',\n'),
    `FROM ${quoted(dataset)}`,
    ...(columns.length === 0 ? [] : [`GROUP BY ${columns.join(', ')}`]),
    '',
  ].join('\n');
  return {
    name: `${dataset}_by_${keys.map(sqlWord)[0] ?? partitionBy.map(sqlWord).at(-1) ?? 'all'}`.replace(
      /_by_all$/,
      '_total',
    ),
    text,
  };
}

function sumOf(name: string, type: string | undefined): string {
  return type === 'integer' ? `CAST(sum(${quoted(name)}) AS ${WHOLE})` : `sum(${quoted(name)})`;
}

/** For the insight's name, which is a plain one. */
function sqlWord(name: string): string {
  return plainName(name).replace(/[^a-z0-9_]/g, '') || 'group';
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : identifier(name);
}

function yamlList(names: readonly string[]): string {
  return `[${names.map((name) => (/^[a-z][a-z0-9_]*$/.test(name) && !/^(y|n|yes|no|on|off|true|false|null)$/.test(name) ? name : JSON.stringify(name))).join(', ')}]`;
}
