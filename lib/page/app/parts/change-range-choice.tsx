// The choice of what is compared with what: two versions, or the days of a calendar.
import type { IndexDocument } from '../../documents.ts';
import type { InsightDocument } from '../../insight-documents.ts';
import { type ChangeRange, dayBefore } from '../change-range.ts';
import { href, type Route } from '../routes.ts';
import { momentText } from './moment-text.ts';
import { ZONE } from './time-text.tsx';

type ChoiceProps = {
  readonly index: IndexDocument;
  readonly insight: InsightDocument;
  readonly range: ChangeRange;
  readonly route: Extract<Route, { view: 'changes' }>;
};

export function ChangeRangeChoice({ index, insight, range, route }: ChoiceProps) {
  const { name } = insight;
  const to = (from: string | null, until: string | null) => href({ view: 'changes', name, from, to: until });
  const choices = [
    { from: null, label: 'The newest change' },
    { from: dayBefore(index.writtenAt, 1), label: 'Since yesterday' },
    { from: dayBefore(index.writtenAt, 7), label: '7 days' },
    { from: dayBefore(index.writtenAt, 30), label: '30 days' },
  ];
  const go = (from: number | null, until: number | null) => {
    location.hash = to(from === null ? null : String(from), until === null ? null : String(until));
  };
  return (
    <div class="bar range">
      <VersionChoice
        label="From"
        insight={insight}
        version={range.from}
        choose={(from) => go(from, range.to)}
      />
      <VersionChoice
        label="To"
        insight={insight}
        version={range.to}
        choose={(until) => go(range.from, until)}
      />
      {choices.map(({ from, label }) => (
        <a
          key={label}
          class="button screen-only"
          href={to(from, null)}
          aria-current={from === route.from && route.to === null ? 'true' : undefined}
        >
          {label}
        </a>
      ))}
    </div>
  );
}

type VersionProps = {
  readonly label: string;
  readonly insight: InsightDocument;
  readonly version: number | null;
  readonly choose: (version: number) => void;
};

function VersionChoice({ label, insight, version, choose }: VersionProps) {
  const listed = insight.versions.some((one) => one.version === version);
  return (
    <label>
      {label}
      <select
        value={version === null ? '' : String(version)}
        onChange={(event) => choose(Number(event.currentTarget.value))}
      >
        {!listed && (
          <option value={version ?? ''}>{version === null ? 'before all' : `version ${version}`}</option>
        )}
        {insight.versions.map((one) => (
          <option key={one.version} value={String(one.version)}>
            {momentText(one.committedAt, ZONE)} (version {one.version})
          </option>
        ))}
      </select>
    </label>
  );
}
