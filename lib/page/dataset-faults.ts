// What is wrong with the files of the datasets, in sentences for people: each with its cause and what mends it. Pure.
import { count, number, timeText } from '../core/plain-text.ts';
import { shellWord } from '../core/shell-word.ts';
import type { DatasetStatus } from '../inspect/dataset-status.ts';
import { deliveryLabel, waitsFor } from '../lake/deliveries.ts';
import { partitionLabel } from '../lake/partition.ts';
import type { Fault } from './documents.ts';
import type { Writing } from './writing.ts';

/** Of one kind, at most; then how many more there are. */
export const MOST_OF_A_KIND = 20;

export function limited(faults: readonly Fault[], rest: (more: number) => Fault): Fault[] {
  const more = faults.length - MOST_OF_A_KIND;
  return more <= 0 ? [...faults] : [...faults.slice(0, MOST_OF_A_KIND), rest(more)];
}

/** A fault of which nothing else is said. */
export function plainFault(state: Fault['state'], what: string, parts: Partial<Fault> = {}): Fault {
  return { state, what, cause: '', command: null, advice: null, target: null, ...parts };
}

export function datasetTarget(name: string): Fault['target'] {
  return { view: 'dataset', name };
}

/** Not read yet, or of a delivery that does not count yet. */
export function waitingFiles({ waiting, waitingDeliveries }: DatasetStatus): number {
  return waiting + waitingDeliveries.reduce((sum, { files, refused }) => sum + files - refused.length, 0);
}

export function rejectedFaults({ status, options, files }: Writing): Fault[] {
  const all = status.datasets.flatMap(({ dataset, rejected }) =>
    rejected.filter(({ reason }) => reason?.rule !== 'duplicate').map((report) => ({ dataset, report })),
  );
  const faults = all.map(({ dataset, report: { source, reason } }) => {
    const hasOld = files.get(dataset)?.live.has(source) ?? false;
    const rows = hasOld ? 'the rows that it had before still count' : 'none of its rows count';
    return plainFault('fault', `The file ${source} of ${dataset} was refused as a whole: ${rows}.`, {
      cause: reason?.message ?? 'no reason given',
      advice: 'Ask its sender to correct it and to send it again under the same name.',
      target: { view: 'refused', name: dataset, source },
    });
  });
  return limited(faults, (more) =>
    plainFault('fault', `${count(more, 'more file')} ${more === 1 ? 'was' : 'were'} refused as a whole.`, {
      advice: 'This lists them:',
      command: `npx sluice rejects${options}`,
    }),
  );
}

export function duplicateFaults({ status, options }: Writing): Fault[] {
  const faults = status.datasets.flatMap(({ dataset, rejected }) =>
    rejected
      .filter(({ reason }) => reason?.rule === 'duplicate')
      .map(({ source, reason }) =>
        plainFault(
          'attention',
          `The file ${source} of ${dataset} holds the same as another one: its rows are counted once.`,
          {
            cause: reason?.message ?? '',
            advice: 'Ask its sender which of the two is meant, and delete the other.',
            target: datasetTarget(dataset),
          },
        ),
      ),
  );
  return limited(faults, (more) =>
    plainFault(
      'attention',
      `${count(more, 'more file')} ${more === 1 ? 'holds' : 'hold'} the same as another one.`,
      {
        advice: 'This lists them:',
        command: `npx sluice rejects${options}`,
      },
    ),
  );
}

export function vanishedFaults({ status, options }: Writing): Fault[] {
  return status.datasets.flatMap(({ dataset, vanished }) => {
    const [first = ''] = vanished;
    if (vanished.length === 0) return [];
    const which =
      vanished.length === 1 ? `The file ${first}` : `${count(vanished.length, 'file')}, ${first} among them,`;
    const [is, rows] =
      vanished.length === 1 ? ['is', 'its rows still count'] : ['are', 'their rows still count'];
    return [
      plainFault('fault', `${which} of ${dataset} ${is} not in landing any more, but ${rows}.`, {
        advice: `Put ${vanished.length === 1 ? 'it' : 'them'} back, or withdraw the rows:`,
        command: `npx sluice sync --prune${options}`,
        target: datasetTarget(dataset),
      }),
    ];
  });
}

export function lateFaults({ status, options }: Writing): Fault[] {
  const faults = status.datasets.flatMap(({ dataset, overdue }) =>
    (overdue?.gaps ?? []).map(({ per, first, last, periods, due }) => {
      const of = Object.keys(per).length === 0 ? '' : ` (${partitionLabel(per)})`;
      const what =
        periods === 1
          ? `A file of ${dataset}${of} has not come: ${first}, due ${due}.`
          : `${count(periods, 'file')} of ${dataset}${of} have not come: ${first} to ${last}, the first due ${due}.`;
      return plainFault('fault', what, {
        advice: `Ask ${periods === 1 ? 'its sender for the file' : 'their sender for the files'}.`,
        target: datasetTarget(dataset),
      });
    }),
  );
  const unlisted = status.datasets.reduce((sum, { overdue }) => sum + (overdue?.moreGaps ?? 0), 0);
  const listed = limited(faults, (more) =>
    plainFault('fault', `Expected files have not come in ${count(more + unlisted, 'more case')}.`, {
      advice: 'This lists them:',
      command: `npx sluice status --format json${options}`,
    }),
  );
  return listed;
}

export function refusedRowFaults({ status, options }: Writing): Fault[] {
  return status.datasets.flatMap(({ dataset, openQuarantinedRows: rows }) => {
    if (rows === 0) return [];
    return [
      plainFault(
        'attention',
        `${count(rows, 'row')} of ${dataset} ${rows === 1 ? 'was' : 'were'} refused; the other rows of ${rows === 1 ? 'its file' : 'their files'} count.`,
        {
          cause: `${rows === 1 ? 'It breaks' : 'They break'} the contract of ${dataset}.`,
          advice: 'Ask the sender to correct them and to send the whole file again under the same name.',
          command: `npx sluice rejects --dataset ${shellWord(dataset)}${options}`,
          target: datasetTarget(dataset),
        },
      ),
    ];
  });
}

export function waitingFaults({ status, options }: Writing): Fault[] {
  return status.datasets.flatMap(({ dataset, waiting }) => {
    if (waiting === 0) return [];
    return [
      plainFault(
        'attention',
        `${count(waiting, 'file')} of ${dataset} ${waiting === 1 ? 'was' : 'were'} not read yet.`,
        {
          advice: 'This reads what waits:',
          command: `npx sluice sync${options}`,
          target: datasetTarget(dataset),
        },
      ),
    ];
  });
}

export function deliveryFaults({ status, options }: Writing): Fault[] {
  const faults = status.datasets.flatMap(({ dataset, waitingDeliveries }) =>
    waitingDeliveries.map((waiting) => {
      const label = deliveryLabel({ id: 'a file', by: waiting.delivery });
      return plainFault(
        'attention',
        `A delivery of ${dataset} (${label}) does not count yet: until then the one before does.`,
        {
          cause: `${count(waiting.files, 'file')} since ${timeText(waiting.since)}; ${waitsFor(waiting)}`,
          advice: 'Ask its sender for what is missing.',
          target: datasetTarget(dataset),
        },
      );
    }),
  );
  return limited(faults, (more) =>
    plainFault(
      'attention',
      `${more === 1 ? '1 more delivery' : `${number(more)} more deliveries`} of files ${more === 1 ? 'does' : 'do'} not count yet.`,
      {
        advice: 'This lists them:',
        command: `npx sluice status --format json${options}`,
      },
    ),
  );
}

/** Suspicious facts about files that were accepted. */
export function remarkFaults({ status, options }: Writing): Fault[] {
  return status.datasets.flatMap(({ dataset, shrunk, unmatched, duplicates }) => {
    const remark = (what: string, parts: Partial<Fault>) =>
      plainFault('attention', what, { target: datasetTarget(dataset), ...parts });
    const rest = (more: number) =>
      remark(`${count(more, 'more file')} of ${dataset} ${more === 1 ? 'needs' : 'need'} a look.`, {
        advice: 'This lists them:',
        command: `npx sluice status --format json${options}`,
      });
    const found = [
      ...shrunk.map(({ source, accepted, before }) =>
        remark(
          `The file ${source} of ${dataset} has ${count(accepted, 'row')}, and had ${number(before.accepted)} before.`,
          {
            advice: 'Ask its sender whether it is complete.',
          },
        ),
      ),
      ...unmatched.map(({ first, files, missing, ignored }) =>
        remark(
          `${files === 1 ? `The file ${first}` : `${count(files, 'file')}, ${first} among them,`} of ${dataset} ${files === 1 ? 'lacks a column and brings' : 'lack a column and bring'} one that nobody knows.`,
          {
            cause: `Missing: ${missing.join(', ')}. Unknown: ${ignored.join(', ')}.`,
            advice: 'If the column was renamed, its new name belongs into the contract.',
          },
        ),
      ),
      ...duplicates.map((sources) =>
        remark(
          `${count(sources.length, 'file')} of ${dataset} hold the same rows, and all of them count: ${sources.slice(0, 3).join(', ')}${sources.length > 3 ? ' and others' : ''}.`,
          {
            advice: 'If one was sent twice by mistake, delete the surplus file.',
          },
        ),
      ),
    ];
    return limited(found, rest);
  });
}
