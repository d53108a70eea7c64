// The judge of the law of windows: what the insights of window-history.ts hold, by the files in landing. Without the product's code.

export type Row = { readonly at: number; readonly user: string; readonly n: number };
/** The files in landing. `at`: of a visit the day, of a bill the moment, in ms. */
export type Landing = Map<string, { readonly region: string; readonly rows: readonly Row[] }>;

export const DAY = 86_400_000;
export const HOUR = DAY / 24;
/** What the insights hold, by the files in landing. */
export function judged(landing: Landing) {
  const files = [...landing].map(([key, file]) => ({ key, ...file }));
  const visits = files.filter(({ key }) => key.startsWith('visits/'));
  const bills = files.filter(({ key }) => key.startsWith('bills/')).flatMap(({ rows }) => rows);
  const places = [
    ...new Set(visits.flatMap(({ region, rows }) => rows.map(({ at }) => `${region} ${at}`))),
  ].map((place) => ({ region: place.split(' ')[0] ?? '', at: Number(place.split(' ')[1]) }));
  const week = places.map(({ region, at }) => {
    const seen = visits
      .filter((file) => file.region === region)
      .flatMap(({ rows }) => rows)
      .filter((row) => row.at <= at && row.at >= at - 6 * DAY);
    return { region, at, users: new Set(seen.map(({ user }) => user)).size, n: sum(seen.map(({ n }) => n)) };
  });
  const around = week.map(({ region, at }) => {
    const near = week.filter((one) => one.region === region && one.at >= at - DAY && one.at <= at + 2 * DAY);
    return { region, at, users: sum(near.map(({ users }) => users)) };
  });
  const months = [...new Set(bills.map(({ at }) => monthOf(at)))];
  const quarter = months.map((month) => {
    const seen = bills.filter(({ at }) => monthOf(at) <= month && monthOf(at) >= month - 2);
    const period = `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
    return { period, users: new Set(seen.map(({ user }) => user)).size, n: sum(seen.map(({ n }) => n)) };
  });
  const hours = [...new Set(bills.map(({ at }) => Math.floor(at / HOUR)))];
  const dayOfHours = hours.map((hour) => {
    const seen = bills.filter(({ at }) => at / HOUR < hour + 1 && at / HOUR >= hour - 23);
    return { hour: new Date(hour * HOUR).toISOString().slice(0, 13), n: sum(seen.map(({ n }) => n)) };
  });
  return { week, around, quarter, dayOfHours };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);

/** New York's month of that moment, as a number that grows by one from month to month. */
function monthOf(at: number): number {
  const [month, , year] = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York' })
    .format(at)
    .split('/');
  return Number(year) * 12 + Number(month) - 1;
}
