// Which disagreements about records and files are which difference of the table in differences.md; the first that fits counts.
import type { Disagreement, Explanation, Finding } from './compare.ts';

function has(findings: readonly Finding[], line: number | null, ...rules: string[]): boolean {
  return findings.some((finding) => finding.line === line && rules.includes(finding.rule));
}

/** frictionless alone says one of the rules. */
const theirs =
  (...rules: string[]): Explanation =>
  ({ by, rule }) =>
    by === 'frictionless' && rules.includes(rule);

const isHeaderless = ({ resource }: Disagreement) => resource.dialect?.header === false;
const isPacked = ({ resource }: Disagreement) => resource.path.endsWith('.gz');
const isRefusedLabel = ({ by, line, rule }: Disagreement) =>
  by === 'Sluice' && line === null && rule === 'missing-label';

/** It took the header for a row. */
function readHeaderAsRow({ theirs: found, resource }: Disagreement): boolean {
  const labels = resource.schema.fields.map(({ name }) => name).join(',');
  return found.some(({ rule, value }) => rule === 'blank-row' && value === labels);
}

function isKeyField({ field, resource }: Disagreement): boolean {
  return [resource.schema.primaryKey].flat().includes(field);
}

function isCrash(findings: readonly Finding[], message: string): boolean {
  return findings.some(({ rule, value }) => rule === 'crash' && value?.includes(message));
}

export const FILE_DIFFERENCES: Readonly<Record<string, Explanation>> = {
  'lines before the header': readHeaderAsRow,
  'blank line': (d) =>
    (theirs('blank-row')(d) && d.value === null) ||
    (d.rule === 'rows' &&
      d.resource.schema.fields.length === 1 &&
      d.theirs.some(({ rule }) => rule === 'blank-row')),
  'key without a value': (d) =>
    (d.by === 'Sluice' && d.rule === 'required' && isKeyField(d)) ||
    (theirs('primary-key')(d) && has(d.ours, d.line, 'required', 'type-error')),
  'row without values': (d) =>
    theirs('blank-row')(d) || (d.rule === 'required' && has(d.theirs, d.line, 'blank-row')),
  'record of another length': (d) =>
    d.by === 'frictionless' && d.line !== null && has(d.ours, d.line, 'missing-cell', 'extra-cell'),
  'key of a refused row': (d) =>
    theirs('primary-key', 'unique')(d) && d.ours.some(({ line }) => line !== null && line < (d.line ?? 0)),
  'foreign key': theirs('foreign-key'),
  'double quotes off': (d) => d.rule === 'source-error' && d.resource.dialect?.doubleQuote === false,
  'broken archive': (d) => isPacked(d) && has(d.ours, null, 'source-error') && has(d.theirs, null, 'crash'),
  'broken quotes': (d) =>
    has(d.ours, d.line, 'source-error') ||
    (d.by === 'frictionless' && has(d.ours, null, 'source-error') && !isPacked(d)),
  'null sequence': (d) =>
    d.by === 'frictionless' && d.value !== null && d.value === d.resource.dialect?.nullSequence,
  'bytes of no character': (d) =>
    has(d.theirs, null, 'encoding-error') && d.ours.some(({ rule }) => rule === 'encoding-error'),
  'local and absolute times': (d) => isCrash(d.theirs, 'offset-naive and offset-aware'),
  'comment in quotes': (d) => d.rule === 'rows' && d.resource.dialect?.commentChar !== undefined,
  'header of several rows': (d) =>
    theirs('missing-label')(d) && (d.resource.dialect?.headerRows?.length ?? 1) > 1,
  'line end in a label': (d) =>
    theirs('missing-label')(d) && d.resource.schema.fields.some(({ name }) => name.includes('\n')),
  'column without a label': theirs('blank-label'),
  'label twice that no field takes': theirs('duplicate-label'),
  'columns that no field takes': ({ by, rule }) => by === 'Sluice' && rule === 'extra-label',
  'file without header of another width': (d) => isHeaderless(d) && has(d.ours, null, 'missing-label'),
  'trailing delimiter': (d) =>
    theirs('extra-cell', 'missing-cell')(d) && !has(d.ours, d.line, 'extra-cell', 'missing-cell'),
  'empty file without header': (d) => isHeaderless(d) && theirs('source-error')(d) && d.line === null,
  'label with a slip': (d) => isRefusedLabel(d) && d.value !== null,
  'file of other columns': (d) => isRefusedLabel(d) && d.value === null,
};
