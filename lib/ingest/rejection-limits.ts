// How many of a file's records may be refused before the file is refused as a whole: the contract's own limits. Pure.
import type { Dataset } from '../core/contract.ts';
import type { Violation } from '../core/violation.ts';
import { fileViolation } from './row-source.ts';

/** Undefined where the file keeps to both limits. */
export function rejectionViolation(
  { name, maxRejectedRows, maxRejectedRatio }: Dataset,
  rows: number,
  rejected: number,
): Violation | undefined {
  const found = `${number(rejected)} of ${number(rows)} rows are refused`;
  const next = 'correct them in the file and send it again under its name';
  if (maxRejectedRows !== undefined && rejected > maxRejectedRows)
    return fileViolation(
      'maxRejectedRows',
      `${found}, and maxRejectedRows of ${name} lets ${number(maxRejectedRows)} pass: ${next}`,
      String(rejected),
    );
  if (maxRejectedRatio !== undefined && rejected / rows > maxRejectedRatio)
    return fileViolation(
      'maxRejectedRatio',
      `${found} (${percent(rejected / rows)}), and maxRejectedRatio of ${name} lets ${percent(maxRejectedRatio)} pass: ${next}`,
      String(rejected / rows),
    );
  return undefined;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** With as many digits as tell it from zero and from the whole. */
function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(4))} %`;
}
