// One dataset's fields in the calendar. A field with files leads to them; what it holds is in its name for a screen reader.
import { useMemo } from 'preact/hooks';
import type { ArrivalPeriod, ArrivalsDocument } from '../../dataset-documents.ts';
import { ordinalOf, periodOf, periodWords, stateOf } from '../calendar.ts';
import { href } from '../routes.ts';
import { CellText } from './cell-text.tsx';
import { FILE_STATE_WORDS } from './state-words.ts';

type RowProps = {
  readonly document: ArrivalsDocument;
  readonly first: number;
  readonly length: number;
  /** The Tab key comes into the grid at this row's last field. */
  readonly hasEntry: boolean;
  readonly tell: (words: string) => void;
};

export function CalendarRow({ document, first, length, hasEntry, tell }: RowProps) {
  // Drawn again only for another document or window, not for a row that came beside it.
  return useMemo(
    () => <Row document={document} first={first} length={length} hasEntry={hasEntry} tell={tell} />,
    [document, first, length, hasEntry, tell],
  );
}

function Row({ document, first, length, hasEntry, tell }: RowProps) {
  const { dataset, unit } = document;
  const shown = new Map<number, ArrivalPeriod>();
  for (const period of document.periods) {
    const ordinal = ordinalOf(period.period, unit);
    if (ordinal !== undefined && ordinal >= first && ordinal < first + length) shown.set(ordinal, period);
  }
  return (
    <tr>
      <th scope="row" class="calendar-name">
        <a href={href({ view: 'dataset', name: dataset })}>
          <CellText cell={dataset} />
        </a>
      </th>
      {Array.from({ length }, (_, at) => (
        <Field
          key={first + at}
          dataset={dataset}
          period={periodOf(first + at, unit)}
          content={shown.get(first + at)}
          tabIndex={hasEntry && at === length - 1 ? 0 : -1}
          tell={tell}
        />
      ))}
    </tr>
  );
}

type FieldProps = {
  readonly dataset: string;
  readonly period: string;
  readonly content: ArrivalPeriod | undefined;
  readonly tabIndex: 0 | -1;
  readonly tell: (words: string) => void;
};

function Field({ dataset, period, content, tabIndex, tell }: FieldProps) {
  const state = content && stateOf(content);
  const words = `${dataset}, ${period}: ${content === undefined ? 'nothing' : periodWords(content)}`;
  const listen = { onFocusIn: () => tell(words), onMouseEnter: () => tell(words) };
  if (content === undefined || state === undefined)
    return (
      <td class="field" tabIndex={tabIndex} aria-label={words} {...listen}>
        {' '}
      </td>
    );
  const mark = FILE_STATE_WORDS[state].mark;
  if (content.list === null)
    return (
      <td class={`field mark-${state}`} tabIndex={tabIndex} aria-label={words} {...listen}>
        {mark}
      </td>
    );
  return (
    <td class={`field mark-${state}`} {...listen}>
      <a
        href={href({ view: 'files', name: dataset, label: period, source: null })}
        tabIndex={tabIndex}
        aria-label={words}
      >
        {mark}
      </a>
    </td>
  );
}
