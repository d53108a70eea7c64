// A moment in the reader's time zone; UTC stands beside it, or is told on pointing and to screen readers.
import { useEffect, useState } from 'preact/hooks';
import type { Time } from '../../page-values.ts';
import { agoText, exactText, momentText } from './moment-text.ts';

export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

type TimeProps = {
  /** Null is shown as `never`. */
  readonly time: Time | null;
  /** `moment`: `2024-01-03 14:05`. `ago`: `2 hours ago`. `both`: the moment with UTC beside it. */
  readonly as?: 'moment' | 'ago' | 'both';
};

export function TimeText({ time, as = 'moment' }: TimeProps) {
  if (time === null) return <span class="muted">never</span>;
  if (as === 'ago') return <Ago time={time} />;
  const moment = momentText(time, ZONE);
  return (
    <time dateTime={time} title={exactText(time, ZONE)}>
      {moment}
      {as === 'both' && ZONE !== 'UTC' && <span class="muted"> ({momentText(time, 'UTC')} UTC)</span>}
      {as === 'both' && ZONE === 'UTC' && <span class="muted"> UTC</span>}
    </time>
  );
}

function Ago({ time }: { readonly time: Time }) {
  const now = useNow();
  return (
    <time dateTime={time} title={exactText(time, ZONE)}>
      <span class="screen-only">{agoText(time, now)}</span>
      {/* On paper nobody knows what it was before. */}
      <span class="print-only">{momentText(time, ZONE)}</span>
    </time>
  );
}

const listeners = new Set<(now: number) => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** The present moment, every ten seconds; one timer for all. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    listeners.add(setNow);
    timer ??= setInterval(() => {
      for (const listener of listeners) listener(Date.now());
    }, 10_000);
    return () => {
      listeners.delete(setNow);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  return now;
}
