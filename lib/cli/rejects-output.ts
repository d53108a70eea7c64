// Prints rejected files and refused rows as they are read: as a table for people, as CSV, as JSON.

import type { Dataset } from '../core/contract.ts';
import type { RefusedRow } from '../core/violation.ts';
import { placedMessage } from '../core/violation-text.ts';
import { csvRecord } from '../csv-record.ts';
import { CliError, UsageError } from '../errors.ts';
import { readRefusedRows, type SourceRejects } from '../inspect/rejects.ts';
import { deliveryLabel } from '../lake/deliveries.ts';
import type { Effects } from '../lake/effects.ts';
import { settledText } from '../maintain/settled-text.ts';
import { sendAgain } from './send-again.ts';
import type { Terminal } from './terminal.ts';
import { count, number } from './text.ts';

export type Shape = {
  readonly format: 'table' | 'csv' | 'json';
  readonly limit: number;
  /** Of a list: settled ones too. JSON always has them. */
  readonly all: boolean;
};

/** By file: open ones, then settled ones. */
export async function showRejects(
  found: AsyncIterable<SourceRejects>,
  { format, limit, all }: Shape,
  terminal: Terminal,
): Promise<void> {
  if (format === 'csv') {
    const columns = ['source', 'dataset', 'outcome', 'reason', 'field', 'rule', 'rows'];
    await terminal.data(csvRecord(all ? [...columns, 'settled'] : columns), 'csv');
    for await (const rejects of openFirst(found, all)) await terminal.data(countRecords(rejects, all), 'csv');
  } else if (format === 'json') await writeJson(openFirst(found, true), summary, terminal);
  else await writeSummaryLines(found, limit, all, terminal);
}

/** Only what is settled is kept in memory. */
async function* openFirst(found: AsyncIterable<SourceRejects>, all: boolean): AsyncIterable<SourceRejects> {
  const settled: SourceRejects[] = [];
  for await (const rejects of found)
    if (rejects.settled === undefined) yield rejects;
    else if (all) settled.push(rejects);
  yield* settled;
}

/** A record for each field and rule, and one for a rejected file. */
function countRecords(
  { source, dataset, outcome, reason, rows, violations, settled }: SourceRejects,
  all: boolean,
): string {
  const last = all ? [settled === undefined ? null : settledText(settled)] : [];
  const record = (...cells: (string | null)[]) => csvRecord([source, dataset, outcome, ...cells, ...last]);
  const whole = reason ? [record(reason.message, reason.field, reason.rule, String(rows))] : [];
  return [
    ...whole,
    ...violations.map(({ field, rule, rows }) => record(null, field, rule, String(rows))),
  ].join('');
}

function summary({
  source,
  dataset,
  outcome,
  reason,
  rows,
  accepted,
  quarantined,
  skipped,
  violations,
  quarantine,
  settled,
  delivery,
}: SourceRejects) {
  return {
    source,
    dataset,
    outcome,
    reason: reason ?? null,
    rows,
    accepted,
    quarantined,
    ...(skipped === undefined ? {} : { skipped }),
    violations,
    quarantine: quarantine ?? null,
    settled: settled ?? null,
    delivery: delivery ?? null,
  };
}

async function writeSummaryLines(
  found: AsyncIterable<SourceRejects>,
  limit: number,
  all: boolean,
  terminal: Terminal,
): Promise<void> {
  let files = 0;
  let settledFiles = 0;
  async function* counted() {
    for await (const rejects of found) {
      if (rejects.settled) settledFiles += 1;
      yield rejects;
    }
  }
  for await (const rejects of openFirst(counted(), all)) {
    const { source, dataset, reason, rows, quarantined, violations, settled } = rejects;
    files += 1;
    if (files > limit) continue;
    const what =
      reason === undefined
        ? `${number(quarantined)} of ${count(rows, 'row')} quarantined`
        : `rejected: ${reason.message}`;
    const lines = violations.map(
      ({ field, rule, rows }) => `  ${number(rows)} × ${field === '' ? 'record' : field}: ${rule}`,
    );
    const held = rejects.delivery === undefined ? [] : [`  ${heldText(rejects.delivery)}`];
    const closed = settled === undefined ? [] : [`  ${settledText(settled)}`];
    await terminal.out([`${source} (${dataset}): ${what}`, ...lines, ...held, ...closed]);
  }
  const hidden =
    all || settledFiles === 0
      ? []
      : [`${count(settledFiles, 'file')} ${settledFiles === 1 ? 'is' : 'are'} settled: --all shows them too`];
  if (files === 0)
    await terminal.out(
      settledFiles === 0
        ? ['No file is rejected, and no row is quarantined.']
        : ['Nothing is open.', ...hidden],
    );
  else {
    const more =
      files > limit ? [`and ${count(files - limit, 'file')} more: --limit ${files} shows them all`] : [];
    await terminal.out([
      ...more,
      ...hidden,
      '"npx sluice rejects SOURCE" shows the rows of a file; with --format csv you can correct those of a CSV file and send them again.',
    ]);
  }
}

function heldText(by: Readonly<Record<string, string>>): string {
  return `its delivery (${deliveryLabel({ id: '', by })}) does not count until the file is corrected or deleted; the one before does`;
}

/** Row by row. */
export async function showSource(
  effects: Effects,
  rejects: SourceRejects,
  shape: Shape,
  terminal: Terminal,
): Promise<void> {
  const dataset = effects.catalog.datasets.find(({ name }) => name === rejects.dataset);
  if (shape.format === 'csv') {
    if (dataset?.format === 'xlsx')
      throw new UsageError(
        `${rejects.source} is a workbook: correct these rows in it, and send it again under the same name; --format json has them for programs`,
      );
    if (dataset?.format !== 'csv')
      throw new UsageError(`${rejects.source} is not a CSV file: use --format json for its original records`);
    if (rejects.reason && rejects.quarantine === undefined)
      throw new CliError(
        `${rejects.source} was rejected before its rows were read: ${rejects.reason.message}. Correct the file itself, and send it again under the same name`,
      );
    await writeRecords(effects, dataset, rejects, terminal);
    terminal.err(await sendAgain(effects, dataset, rejects));
    return;
  }
  if (shape.format === 'json')
    await readRefusedRows(effects, rejects, (rows) =>
      writeJson(withReason(rejects, rows), (row) => row, terminal),
    );
  else await readRefusedRows(effects, rejects, (rows) => writeRowLines(rejects, rows, shape.limit, terminal));
}

/** The raw records under the file's own header, with its original line ends, and above a footer if the contract skips one. */
async function writeRecords(
  effects: Effects,
  { footerRows = 0, dialect }: Dataset,
  rejects: SourceRejects,
  terminal: Terminal,
): Promise<void> {
  const { source, header, members } = rejects;
  if (header === undefined && members !== undefined)
    throw new CliError(
      `${source} holds ${count(members.length, 'file')}, each with a header of its own: use --format json for their records`,
    );
  if (header === undefined)
    throw new CliError(
      `the header of ${source} was not recorded when it was read: use --format json for its records, without a header`,
    );
  const lineEnd = /\r\n$|\n$|\r$/.exec(header)?.[0] ?? '\n';
  await readRefusedRows(effects, rejects, async (rows) => {
    await terminal.data(header, 'csv');
    for await (const { raw } of rows) await terminal.data(`${raw}${lineEnd}`, 'csv');
    const emptyRecord = `${dialect.quoteChar.repeat(2)}${lineEnd}`;
    for (let i = 0; i < footerRows; i++) await terminal.data(emptyRecord, 'csv');
  });
}

type RowDocument = Omit<ReturnType<typeof rowDocument>, 'raw'> & { readonly raw: string | null };

/** The reason for rejecting the file comes first; it belongs to no record. */
async function* withReason(
  { reason }: SourceRejects,
  rows: AsyncIterable<RefusedRow>,
): AsyncIterable<RowDocument> {
  if (reason) yield { line: null, path: null, raw: null, violations: [reason] };
  for await (const row of rows) yield rowDocument(row);
}

function rowDocument({ line, path, raw, violations }: RefusedRow) {
  const places = { line, path: path ?? null };
  return {
    ...places,
    raw,
    violations: violations.map(({ field, rule, value, message }) => ({
      field,
      rule,
      value,
      message: placedMessage({ ...places, field, rule, value, message }),
    })),
  };
}

async function writeRowLines(
  { source, dataset, reason, quarantined, settled, delivery }: SourceRejects,
  rows: AsyncIterable<RefusedRow>,
  limit: number,
  terminal: Terminal,
): Promise<void> {
  if (settled) await terminal.out([settledText(settled)]);
  if (reason) await terminal.out([`${source} (${dataset}) is rejected: ${reason.message}`]);
  if (delivery) await terminal.out([heldText(delivery)]);
  let shown = 0;
  for await (const { line, path, raw, violations } of rows) {
    if (shown === limit) break;
    shown += 1;
    const place = { line, path: path ?? null };
    const reasons = violations.map((violation) => placedMessage({ ...place, ...violation }));
    await terminal.out([...reasons, `  ${shortened(raw)}`]);
  }
  const more = quarantined - shown;
  if (more > 0) await terminal.out([`and ${count(more, 'row')} more: --limit ${quarantined} shows them all`]);
}

const MAX_RAW = 500;

function shortened(raw: string): string {
  return raw.length > MAX_RAW ? `${raw.slice(0, MAX_RAW)}… (${number(raw.length)} characters)` : raw;
}

async function writeJson<T>(
  items: AsyncIterable<T>,
  document: (item: T) => unknown,
  terminal: Terminal,
): Promise<void> {
  let written = 0;
  for await (const item of items) {
    await terminal.data(`${written === 0 ? '[' : ','}\n  ${JSON.stringify(document(item))}`, 'json');
    written += 1;
  }
  await terminal.data(written === 0 ? '[]\n' : '\n]\n', 'json');
}
