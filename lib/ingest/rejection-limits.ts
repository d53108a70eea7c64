// How many of a file's records may be refused before the whole file is: the contract's limits; by default, any number
// except all. Pure.
import type { Dataset } from '../core/contract.ts';
import type { Violation } from '../core/violation.ts';
import type { PlacedViolation } from '../core/violation-text.ts';
import { placedMessage } from '../core/violation-text.ts';
import { fileViolation } from './row-source.ts';

const NEXT_STEP = 'correct them in the file and send it again under its name';

/** Undefined if the file is within all limits. `first`: a refused record, as an example. */
export function rejectionViolation(
  dataset: Dataset,
  rows: number,
  rejected: number,
  first?: PlacedViolation,
): Violation | undefined {
  const { name, maxRejectedRows, maxRejectedRatio } = dataset;
  const found = `${number(rejected)} of ${number(rows)} rows are refused`;
  if (maxRejectedRows !== undefined && rejected > maxRejectedRows)
    return fileViolation(
      'maxRejectedRows',
      `${found}, and maxRejectedRows of ${name} lets ${number(maxRejectedRows)} pass: ${NEXT_STEP}`,
      String(rejected),
    );
  if (maxRejectedRatio !== undefined && rejected / rows > maxRejectedRatio)
    return fileViolation(
      'maxRejectedRatio',
      `${found} (${percent(rejected / rows)}), and maxRejectedRatio of ${name} lets ${percent(maxRejectedRatio)} pass: ${NEXT_STEP}`,
      String(rejected / rows),
    );
  if (refusesAll(dataset, rows - rejected, rejected)) return noValidRows(name, rejected, first);
  return undefined;
}

/**
 * True for a file with records of which none is accepted: accepting it would remove the table's older rows just because of,
 * say, a different date format. A contract with `"maxRejectedRatio": 1` accepts such a file. False for a file without records.
 */
export function refusesAll(
  { maxRejectedRatio }: Pick<Dataset, 'maxRejectedRatio'>,
  accepted: number,
  refused: number,
): boolean {
  return accepted === 0 && refused > 0 && maxRejectedRatio !== 1;
}

function noValidRows(name: string, rejected: number, first: PlacedViolation | undefined): Violation {
  const example = first === undefined ? '' : ` (${placedMessage(first)})`;
  const found =
    rejected === 1 ? `its only row is refused` : `all of its ${number(rejected)} rows are refused`;
  const message = `${found}${example}: correct the file and send it again under its name, or correct the contract of ${name}; a contract with "maxRejectedRatio": 1 takes such a file for an empty one`;
  return fileViolation('no-valid-rows', message, String(rejected));
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** With enough digits to differ from 0 % and 100 %. */
function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(4))} %`;
}
