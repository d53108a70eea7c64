// Source files of the package hard-values: every type at its limits, partition values of every character.

/** Texts that a folder's name, a URI or a log may get wrong. */
const PLACES = [
  'plain',
  'two words',
  ' padded ',
  'Zürich',
  '李小龙',
  '🛶',
  '50%',
  '%41',
  'a=b',
  'a/b',
  '.hidden',
  '..',
  '~',
  'a\\b',
  'a:b',
  'a;b,c',
  "it's",
  'say "so"',
  '#1?&+',
  '{x}[y]*',
  'tab\there',
  'line\nbreak',
  '__HIVE_DEFAULT_PARTITION__',
  'null',
  'NaN',
  'long '.repeat(60),
  '',
];

const IDS = ['9223372036854775807', '-9223372036854775808', '0', '9007199254740993'];
const DAYS = ['2024-02-29', '0001-01-01', '9999-12-31', '1969-12-31', ''];
const TIMES = [
  '2024-02-29 23:59:59.999999',
  '0001-01-01 00:00:00',
  '9999-12-31 23:59:59.999999',
  '1969-12-31 23:59:59.999999',
  '1582-10-10 12:00:00.5',
  '',
];
const EXACT = [
  '0',
  '-0.0000000001',
  '9999999999999999999999999999.9999999999',
  '-9999999999999999999999999999.9999999999',
  '0.5',
  '',
];
const APPROXIMATE = ['1e308', '-1.7976931348623157e308', '5e-324', '-0', '0.1', 'NaN', 'INF', '-INF', ''];

function quoted(text: string): string {
  return text === '' ? '' : `"${text.replaceAll('"', '""')}"`;
}

/** One row per place; the other columns go round their limits at different paces. */
export function readings(shift: number): string {
  const at = (values: readonly string[], i: number) => values[i % values.length] ?? '';
  const rows = PLACES.map((place, i) => {
    const n = i + shift;
    const cells = [
      at(IDS, n),
      quoted(place),
      at(['true', 'false', ''], n),
      at(DAYS, n),
      at(TIMES, n),
      at(EXACT, n),
      at(APPROXIMATE, n),
    ];
    return [...cells, quoted(at(PLACES, n))].join(',');
  });
  return ['id,place,good,on_day,at,exact,approximate,"note with blanks, ünïcode"', ...rows].join('\n');
}
