// The result of a validation, as lines for people and as one JSON document for programs. Pure.
import { placedMessage } from '../core/violation-text.ts';
import { unnamedText } from '../ingest/column-remarks.ts';
import type { ColumnRemarks } from '../ingest/odd-columns.ts';
import type { Validation } from '../local/validate-file.ts';
import { left, renderTable, right } from './table-text.ts';
import { count, number, supersededText } from './text.ts';

/** Lines without line ends. */
export function validationLines(found: Validation): string[] {
  const { file, dataset, rows, accepted, superseded, rejected, reason, counts, violations } = found;
  const { ignoredColumns, columnRemarks, missingColumns, skipped, skippedBy } = found;
  const total = counts.reduce((sum, { rows }) => sum + rows, 0);
  const more = total - violations.length;
  return [
    reason === undefined
      ? `${file}: ${count(rows, 'row')} of ${dataset}, ${number(accepted)} accepted${supersededText(superseded)}, ${number(rejected)} refused${skipped > 0 ? `, ${number(skipped)} skipped` : ''}`
      : `${file}: rejected (${dataset}): ${reason.message}`,
    ...(skipped === 0 ? [] : [skippedLine(skippedBy, skipped === rows)]),
    ...(ignoredColumns.length === 0 ? [] : [`Columns that ${dataset} ignores: ${ignoredColumns.join(', ')}`]),
    ...remarkLines(columnRemarks),
    ...(missingColumns.length === 0 ? [] : [`Missing optional columns: ${missingColumns.join(', ')}`]),
    ...(counts.length === 0 ? [] : ['', ...countTable(found)]),
    ...(violations.length === 0 ? [] : ['', ...violations.map(placedMessage)]),
    ...(more > 0 ? [`and ${number(more)} more: --limit ${total} lists them all`] : []),
  ];
}

function remarkLines({ unnamedColumns, repeatedColumns, trailingDelimiter }: ColumnRemarks): string[] {
  return [
    ...(unnamedColumns === undefined ? [] : [`Left out: ${unnamedText(unnamedColumns)}`]),
    ...(repeatedColumns === undefined
      ? []
      : [`Labels of several columns, none of them a field's: ${repeatedColumns.join(', ')}`]),
    ...(trailingDelimiter === undefined
      ? []
      : [
          trailingDelimiter === 'records'
            ? 'Each record ends with a delimiter that the header does not have: its empty last cell is left out'
            : 'The header ends with a delimiter that the records do not have',
        ]),
  ];
}

function skippedLine(skippedBy: Validation['skippedBy'], isAll: boolean): string {
  const rules = skippedBy.map(({ rule, rows }) => `${number(rows)} by ${rule}`).join(', ');
  return `Skipped${isAll ? ', which leaves no row' : ''}: ${rules}`;
}

function countTable({ counts }: Validation): string[] {
  return renderTable(
    [left('field'), left('rule'), right('rows')],
    counts.map(({ field, rule, rows }) => [field, rule, number(rows)]),
  );
}

/** See `sluice validate --help`: programs read these property names. */
export function validationDocument({
  file,
  dataset,
  rows,
  accepted,
  superseded,
  rejected,
  skipped,
  skippedBy,
  columnRemarks,
  reason,
  violations,
}: Validation): unknown {
  return {
    file,
    dataset,
    rows,
    accepted,
    ...(superseded === undefined ? {} : { superseded }),
    rejected,
    ...(skipped === 0 ? {} : { skipped, skippedBy }),
    ...columnRemarks,
    violations: [...(reason === undefined ? [] : [reason]), ...violations].map((violation) => ({
      line: violation.line,
      field: violation.field,
      rule: violation.rule,
      value: violation.value,
      message: placedMessage(violation),
    })),
  };
}
