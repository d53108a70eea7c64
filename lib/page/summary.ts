// What the page says first: how many of each thing, and what is wrong, the gravest first.

import { tablePrefix } from '../core/insight.ts';
import { count, firstWords } from '../core/plain-text.ts';
import { foreignText } from '../delta/foreign-text.ts';
import { onePerTable } from '../table-failures.ts';
import {
  datasetTarget,
  deliveryFaults,
  duplicateFaults,
  lateFaults,
  limited,
  plainFault,
  refusedRowFaults,
  rejectedFaults,
  remarkFaults,
  vanishedFaults,
  waitingFaults,
  waitingFiles,
} from './dataset-faults.ts';
import type { Fault, Summary } from './documents.ts';
import type { Writing } from './writing.ts';

export function summaryOf({ status: { datasets, derived }, hasLanding }: Writing): Summary {
  const ofLanding = hasLanding ? datasets : [];
  return {
    files: sum(datasets.map(({ files }) => files)),
    waiting: sum(ofLanding.map(waitingFiles)),
    late: sum(ofLanding.map(({ overdue }) => overdue?.periods ?? 0)),
    rejected: sum(ofLanding.map(({ rejected }) => rejected.length)),
    refusedRows: sum(datasets.map(({ openQuarantinedRows }) => openQuarantinedRows)),
    stalePartitions: sum(derived.map(({ stale }) => stale.length)),
    behindPartitions: sum(derived.map(({ behind }) => behind ?? 0)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The gravest first: first what makes numbers wrong or missing, then what somebody should look at. */
export function faultsOf(writing: Writing): Fault[] {
  const { hasLanding } = writing;
  const ofLanding = (faults: (writing: Writing) => Fault[]) => (hasLanding ? faults(writing) : []);
  return [
    ...ofLanding(rejectedFaults),
    ...ofLanding(vanishedFaults),
    ...failureFaults(writing),
    ...logFaults(writing),
    ...asideFaults(writing),
    ...foreignFaults(writing),
    ...staleFaults(writing),
    ...ofLanding(lateFaults),
    ...unseenFaults(writing),
    ...(hasLanding ? [] : [noLanding(writing)]),
    ...refusedRowFaults(writing),
    ...behindFaults(writing),
    ...ofLanding(waitingFaults),
    ...warningFaults(writing),
    ...deliveryFaults(writing),
    ...ofLanding(duplicateFaults),
    ...remarkFaults(writing),
    ...ofLanding(unknownFaults),
    ...leftFaults(writing),
  ];
}

function noLanding({ effects }: Writing): Fault {
  return plainFault(
    'attention',
    `The files of ${effects.landing.location} cannot be seen from here: what waits, is missing or was deleted is unknown.`,
  );
}

function failureFaults(writing: Writing): Fault[] {
  const { status, options } = writing;
  return onePerTable(status.failures).map(({ table, message }) =>
    plainFault('fault', `The table ${table} cannot be read; everything else was.`, {
      cause: message,
      advice: 'If the cause says nothing else, this tries what mends itself, and says what remains:',
      command: `npx sluice maintain${options}`,
      target: targetOf(writing, table),
    }),
  );
}

/** `tables/billing` → the dataset. */
function targetOf({ effects }: Writing, table: string): Fault['target'] {
  const name = table.slice(table.indexOf('/') + 1);
  const isDataset = effects.catalog.datasets.some((dataset) => dataset.name === name);
  return isDataset ? datasetTarget(name) : { view: 'insight', name };
}

function logFaults({ status, options }: Writing): Fault[] {
  const problems = [...status.logs, ...status.derived.flatMap(({ problems }) => problems)];
  const faults = problems.map((problem) =>
    plainFault('fault', 'The log of a table is not whole.', {
      cause: problem,
      advice: 'Restore what is missing from a backup. This says what else is wrong:',
      command: `npx sluice certify${options}`,
    }),
  );
  return limited(faults, (more) =>
    plainFault('fault', `${count(more, 'more log')} ${more === 1 ? 'is' : 'are'} not whole.`, {
      advice: 'This lists them:',
      command: `npx sluice status${options}`,
    }),
  );
}

function asideFaults({ status, hasLanding }: Writing): Fault[] {
  const waiting = hasLanding ? status.asideKeys.length : 0;
  return status.aside.map(({ file, error, held }) => {
    const held_ =
      held.length === 0
        ? ''
        : ` ${firstWords(held, 10)} ${held.length === 1 ? 'is' : 'are'} held back with it.`;
    const files = waiting === 0 ? '' : ` ${count(waiting, 'file')} in landing may belong to it and wait.`;
    return plainFault(
      'fault',
      `The definition ${file} is wrong and was set aside: its numbers stay as they were.${held_}${files}`,
      {
        cause: error.message,
        advice: 'Correct the definition: it is taken up at the next sync.',
      },
    );
  });
}

function foreignFaults(writing: Writing): Fault[] {
  const { status, options } = writing;
  return status.foreign.map(({ table, commits }) =>
    plainFault('fault', `The table ${table} was changed by another program: its numbers may be wrong.`, {
      cause: firstWords(commits.map(foreignText), 3),
      advice: 'This reverts it:',
      command: status.left.includes(table)
        ? `npx sluice drop ${table}${options}`
        : `npx sluice sync${options}`,
      target: status.left.includes(table) ? null : targetOf(writing, table),
    }),
  );
}

/** ` for date 2024-01-31`; '' for a table of one part. */
function forPart(partition: Readonly<Record<string, string | null>>): string {
  const words = Object.entries(partition).map(([name, value]) => `${name} ${value ?? 'of no value'}`);
  return words.length === 0 ? '' : ` for ${words.join(', ')}`;
}

function staleFaults(writing: Writing): Fault[] {
  const { status, options } = writing;
  const faults = status.derived.flatMap(({ table, stale }) =>
    stale.map(({ partition, message }) =>
      plainFault(
        'fault',
        `${table.name}${forPart(partition)} kept its older numbers, because the new ones failed an audit.`,
        {
          cause: message,
          advice: 'Correct the files or the audit that it names: the numbers are computed again then.',
          target: targetOf(writing, tablePrefix(table)),
        },
      ),
    ),
  );
  return limited(faults, (more) =>
    plainFault(
      'fault',
      `${count(more, 'more part')} of insights kept ${more === 1 ? 'its' : 'their'} older numbers.`,
      {
        advice: 'This lists them:',
        command: `npx sluice status --format json${options}`,
      },
    ),
  );
}

function unseenFaults({ status, options }: Writing): Fault[] {
  const faults = status.unseen.map(({ key, problem }) =>
    plainFault('fault', `${key} in landing cannot be read: the rows that came from there are kept.`, {
      cause: problem,
      advice: 'Make it readable; the next sync reads it.',
    }),
  );
  return limited(faults, (more) =>
    plainFault('fault', `${count(more, 'more part')} of landing cannot be read.`, {
      advice: 'This lists them:',
      command: `npx sluice status --format json${options}`,
    }),
  );
}

function behindFaults(writing: Writing): Fault[] {
  const { status, options } = writing;
  return status.derived.flatMap(({ table, behind, version }) => {
    if (behind === 0) return [];
    const what =
      behind === null
        ? `${table.name} ${version === null ? 'was not computed yet' : 'cannot be compared with what it reads'}.`
        : `${count(behind, 'part')} of ${table.name} ${behind === 1 ? 'is' : 'are'} older than the files.`;
    return [
      plainFault('attention', what, {
        advice: 'This brings it up to date:',
        command: `npx sluice sync${options}`,
        target: targetOf(writing, tablePrefix(table)),
      }),
    ];
  });
}

function warningFaults(writing: Writing): Fault[] {
  const { status, options } = writing;
  const faults = status.derived.flatMap(({ table, warnings }) =>
    warnings.map(({ partition, message }) =>
      plainFault(
        'attention',
        `${table.name}${forPart(partition)} was published with a warning of an audit.`,
        {
          cause: message,
          advice: 'Look at the numbers that it names.',
          target: targetOf(writing, tablePrefix(table)),
        },
      ),
    ),
  );
  return limited(faults, (more) =>
    plainFault(
      'attention',
      `${count(more, 'more part')} of insights ${more === 1 ? 'was' : 'were'} published with a warning.`,
      {
        advice: 'This lists them:',
        command: `npx sluice status --format json${options}`,
      },
    ),
  );
}

function unknownFaults({ status, options }: Writing): Fault[] {
  const faults = status.unknown.map((key) =>
    plainFault('attention', `The file ${key} belongs to no dataset, and is not read.`, {
      advice: 'Rename it, delete it, or add a contract whose path matches it.',
    }),
  );
  return limited(faults, (more) =>
    plainFault(
      'attention',
      `${count(more, 'more file')} ${more === 1 ? 'belongs' : 'belong'} to no dataset.`,
      {
        advice: 'This lists them:',
        command: `npx sluice status --format json${options}`,
      },
    ),
  );
}

function leftFaults({ status, options }: Writing): Fault[] {
  const faults = status.left.map((table) =>
    plainFault(
      'attention',
      `The table ${table} has no definition any more: its rows are kept and not updated.`,
      {
        advice: 'Bring its definition back, or remove it:',
        command: `npx sluice drop ${table}${options}`,
      },
    ),
  );
  return limited(faults, (more) =>
    plainFault(
      'attention',
      `${count(more, 'more table')} ${more === 1 ? 'has' : 'have'} no definition any more.`,
      {
        advice: 'This lists them:',
        command: `npx sluice status${options}`,
      },
    ),
  );
}
