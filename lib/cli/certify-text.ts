// A certificate as lines for people and as one JSON document for programs. Pure.

import { tablePrefix } from '../core/insight.ts';
import type { DatasetCertificate, ObjectState } from '../inspect/certify-dataset.ts';
import type { Certificate } from '../inspect/certify-lake.ts';
import { partitionLabel } from '../lake/partition.ts';
import { asideDocument, asideLines } from './aside-text.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { OVERDUE_TITLE, overdueLines, overduePeriods } from './overdue-text.ts';
import { UNSEEN_TITLE, unseenLine } from './sync-text.ts';
import { left, renderTable, right } from './table-text.ts';
import { apart, count, JSON_HAS_ALL, number, section } from './text.ts';

export type FoundCertificate = Certificate & {
  readonly landing: string;
  readonly lake: string;
};

const LONG = { most: 20, more: JSON_HAS_ALL };
const STATES = ['live', 'superseded', 'rejected', 'waiting'] as const;

/** Lines without line ends. */
export function certificateLines(certificate: FoundCertificate, maxWidth?: number): string[] {
  const { datasets, unknown, problems } = certificate;
  const objects = datasets.flatMap((dataset) => dataset.objects);
  const named = (state: ObjectState) =>
    objects.filter((object) => object.state === state).map(({ source, reason }) => `${source}: ${reason}`);
  const blocks = [
    [`landing  ${certificate.landing}`, `lake     ${certificate.lake}`],
    datasetTable(datasets, maxWidth),
    section('Rejected files:', named('rejected'), LONG),
    section(OVERDUE_TITLE, overdueLines(datasets), LONG),
    section('Superseded:', named('superseded'), LONG),
    section('Waiting:', named('waiting'), LONG),
    section('No dataset matches these:', unknown, LONG),
    section(UNSEEN_TITLE, certificate.unseen.map(unseenLine), LONG),
    section('Tables without a definition ("npx sluice drop" removes one):', certificate.left, LONG),
    section('Not current:', notCurrent(certificate), LONG),
    section('Does not add up:', problems, LONG),
    asideLines(certificate.aside, certificate.asideKeys),
    [verdict(certificate)],
  ];
  return blocks.flatMap(apart).slice(1);
}

function datasetTable(datasets: readonly DatasetCertificate[], maxWidth?: number): string[] {
  const skips = datasets.some((dataset) => rowsOf(dataset).skipped > 0);
  const columns = [
    left('dataset'),
    right('objects'),
    ...STATES.map(right),
    right('vanished'),
    right('kept'),
    right('records'),
    right('accepted'),
    right('quarantined'),
    ...(skips ? [right('skipped')] : []),
  ];
  const rows = datasets.map((dataset) => {
    const { records, accepted, quarantined, skipped } = rowsOf(dataset);
    return [
      dataset.dataset,
      number(dataset.objects.length),
      ...STATES.map((state) => number(inState(dataset, state))),
      number(dataset.vanished.length),
      number(dataset.kept.length),
      number(records),
      number(accepted),
      number(quarantined),
      ...(skips ? [number(skipped)] : []),
    ];
  });
  return renderTable(columns, rows, maxWidth);
}

function inState({ objects }: DatasetCertificate, state: ObjectState): number {
  return objects.filter((object) => object.state === state).length;
}

/** Nothing of a rejected file is in the table. */
function rowsOf({ sources: all }: DatasetCertificate) {
  const sources = all.filter(({ rejected }) => !rejected);
  return {
    records: sources.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
    accepted: sources.reduce((sum, { accepted }) => sum + accepted, 0),
    quarantined: sources.reduce((sum, { quarantined }) => sum + quarantined, 0),
    skipped: sources.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

function totals({ datasets, unknown, asideKeys }: Certificate) {
  const rows = datasets.map(rowsOf);
  const sum = (of: (one: ReturnType<typeof rowsOf>) => number) =>
    rows.reduce((total, one) => total + of(one), 0);
  return {
    objects: datasets.reduce(
      (total, { objects }) => total + objects.length,
      unknown.length + asideKeys.length,
    ),
    records: sum(({ records }) => records),
    accepted: sum(({ accepted }) => accepted),
    quarantined: sum(({ quarantined }) => quarantined),
    skipped: sum(({ skipped }) => skipped),
  };
}

function notCurrent({ derived }: Certificate): string[] {
  return derived.flatMap(({ table, version, behind, stale }) => [
    ...(version === null ? [`${table.name} does not exist yet: the next sync creates it`] : []),
    ...(behind
      ? [`${table.name} is behind by ${count(behind, 'partition')}: the next sync computes them`]
      : []),
    ...stale.map(
      ({ partition, message }) => `${table.name}(${partitionLabel(partition)}) is stale: ${message}`,
    ),
  ]);
}

function verdict(certificate: Certificate): string {
  const { objects, records, accepted, quarantined, skipped } = totals(certificate);
  const skippedToo = skipped === 0 ? '' : ` + ${number(skipped)} skipped`;
  const { problems } = certificate;
  if (certificate.unseen.length > 0)
    return `Not certified: ${count(certificate.unseen.length, 'part')} of landing cannot be seen${problems.length > 0 ? `, ${count(problems.length, 'problem')}` : ''}.`;
  if (problems.length > 0) return `Not certified: ${count(problems.length, 'problem')}.`;
  if (certificate.aside.length > 0)
    return 'Not certified: definitions that are set aside were not checked. The rest adds up.';
  const but = [
    ...named(rejectedObjects(certificate), 'file is rejected', 'files are rejected'),
    ...named(overduePeriods(certificate.datasets), 'expected file is overdue', 'expected files are overdue'),
    ...named(stalePartitions(certificate), 'partition is stale', 'partitions are stale'),
  ];
  return `Certified${but.length === 0 ? '' : `, but ${but.join(' and ')}`}: ${count(objects, 'landing object')}; ${count(records, 'record')} = ${number(accepted)} accepted + ${number(quarantined)} quarantined${skippedToo}.`;
}

function named(n: number, one: string, many: string): string[] {
  return n === 0 ? [] : [`${number(n)} ${n === 1 ? one : many}`];
}

function rejectedObjects({ datasets }: Certificate): number {
  return datasets.reduce((sum, dataset) => sum + inState(dataset, 'rejected'), 0);
}

function stalePartitions({ derived }: Certificate): number {
  return derived.reduce((sum, { stale }) => sum + stale.length, 0);
}

/** 0: everything adds up, no file is rejected or overdue and no audit failed. */
export function certificateExitCode(certificate: Certificate): number {
  const { problems, unseen, aside, datasets } = certificate;
  if (unseen.length + aside.length > 0) return FAULT;
  const open = rejectedObjects(certificate) + overduePeriods(datasets) + stalePartitions(certificate);
  return problems.length + open === 0 ? 0 : NEEDS_ATTENTION;
}

/** See `sluice certify --help`: programs read these property names. */
export function certificateDocument(certificate: FoundCertificate): unknown {
  const { landing, lake, datasets, unknown, unseen, left, derived, problems } = certificate;
  return {
    landing,
    lake,
    certified: problems.length + unseen.length + certificate.aside.length === 0,
    totals: totals(certificate),
    datasets: datasets.map((dataset) => ({
      ...dataset,
      states: Object.fromEntries(STATES.map((state) => [state, inState(dataset, state)])),
    })),
    unknown,
    unseen,
    left,
    derived: derived.map(({ table, version, behind, stale }) => ({
      table: tablePrefix(table),
      name: table.name,
      version,
      behind,
      stale,
    })),
    problems,
    aside: asideDocument(certificate.aside),
    asideKeys: certificate.asideKeys,
  };
}
