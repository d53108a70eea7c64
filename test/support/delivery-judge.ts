// The judge of the law of deliveries: which rows count, by the files in landing. Written without the product's code.

export type Row = { readonly day: string; readonly n: number };
/** `rows` is undefined for a file that is refused as a whole, and for markers. */
export type Landed = { readonly at: number; readonly rows: readonly Row[] | undefined };
export type Landing = Map<string, Landed>;

type Delivered = {
  readonly name: string;
  readonly at: number;
  readonly isReady: boolean;
  readonly files: readonly (Landed & { key: string })[];
};

/** By dataset, each row as `day n`, sorted. */
export function judged(landing: Landing): Record<string, string[]> {
  const files = [...landing].map(([key, file]) => ({ key, ...file }));
  const at = (pattern: RegExp) =>
    files.flatMap((file) => {
      const found = pattern.exec(file.key);
      return found ? [{ ...file, said: found.groups ?? {} }] : [];
    });
  const months = at(/^months\/(?<period>[^/]+)\/(?<run>[^/]+)\/part_/);
  const monthly = deliveries(months, (file) =>
    [...landing.keys()].some(
      (key) =>
        key.startsWith(`months/${file.said.period}/${file.said.run}/`) && key.endsWith('-Manifest.json'),
    ),
  ).sort((a, b) => numberIn(a.name) - numberIn(b.name));
  const whole = deliveries(at(/^whole\/(?<run>[^/]+)\/part_/), (file) =>
    landing.has(`done/${file.said.run}/_SUCCESS`),
  ).sort((a, b) => a.at - b.at);
  const daily = deliveries(at(/^days\/(?<run>[^/]+)\/part_/), (file) =>
    [...landing.keys()].some((key) => key.startsWith(`days/${file.said.run}/done_`)),
  ).sort((a, b) => a.at - b.at);
  const loose = deliveries(at(/^loose\/(?<run>[^/]+)\/part_/), () => true).sort((a, b) => a.at - b.at);
  const places = at(/^places\/(?<place>[^/]+)_[^/]*$/).sort((a, b) => a.at - b.at);
  const newest = <T>(all: readonly T[]) => all.at(-1);
  const ready = (all: readonly Delivered[]) => all.filter(({ isReady }) => isReady);
  const rowsIn = (files: readonly Landed[] = []) => files.flatMap(({ rows = [] }) => rows);
  const periods = [...new Set(months.map(({ said }) => said.period ?? ''))];
  const ofPeriod = (delivery: Delivered, period: string) =>
    delivery.files.filter(({ key }) => key.startsWith(`months/${period}/`));
  const days = [...new Set(daily.flatMap(({ files }) => rowsIn(files).map(({ day }) => day)))];
  const onDay = (delivery: Delivered, day: string) => rowsIn(delivery.files).filter((row) => row.day === day);
  return {
    months: texts(
      periods.flatMap((period) => {
        const chosen = newest(ready(monthly).filter((one) => ofPeriod(one, period).length > 0));
        return chosen ? rowsIn(ofPeriod(chosen, period)) : [];
      }),
    ),
    whole: texts(rowsIn(newest(ready(whole))?.files)),
    loose: texts(rowsIn(newest(ready(loose))?.files)),
    days: texts(
      days.flatMap((day) => {
        const chosen = newest(ready(daily).filter((one) => onDay(one, day).length > 0));
        return chosen ? onDay(chosen, day) : [];
      }),
    ),
    places: texts(
      [...new Set(places.map(({ said }) => said.place))].flatMap((place) =>
        // Where each file is a delivery, a refused one is none.
        rowsIn(places.filter((file) => file.said.place === place && file.rows !== undefined).slice(-1)),
      ),
    ),
  };
}

function deliveries<F extends Landed & { key: string; said: Record<string, string> }>(
  files: readonly F[],
  isMarked: (file: F) => boolean,
): Delivered[] {
  return [...new Set(files.map(({ said }) => said.run ?? ''))].map((name) => {
    const own = files.filter(({ said }) => said.run === name);
    return {
      name,
      at: Math.max(...own.map(({ at }) => at)),
      isReady: own.every((file) => file.rows !== undefined && isMarked(file)),
      files: own,
    };
  });
}

const numberIn = (text: string) => Number(/\d+/.exec(text)?.[0]);
const texts = (rows: readonly Row[]) => rows.map(({ day, n }) => `${day} ${n}`).sort();
