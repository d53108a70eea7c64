// A small line of the last days' rows, the oldest on the left. Shows the shape; its words say the ends.

import { countText } from './count-text.ts';
import { trendPoints } from './trend-points.ts';
import '../style/trend.css';

const WIDTH = 96;
const HEIGHT = 24;

export function Trend({ values }: { readonly values: readonly (number | null)[] }) {
  const known = values.filter((value) => value !== null);
  const first = known[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined) return <span class="muted">–</span>;
  const points = trendPoints(values, WIDTH, HEIGHT);
  const end = points.at(-1);
  const words =
    first === last
      ? `${countText(last)} rows, the same for ${countText(known.length)} days`
      : `from ${countText(first)} to ${countText(last)} rows in ${countText(known.length)} days`;
  return (
    <svg
      class="trend"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={words}
    >
      <title>{words}</title>
      <polyline points={points.map(({ x, y }) => `${x},${y}`).join(' ')} />
      {end && <circle cx={end.x} cy={end.y} r="2" />}
    </svg>
  );
}
