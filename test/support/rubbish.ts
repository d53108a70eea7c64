// Rubbish for a law: a contract with every type, and files under it of any format, encoding and packing, from random bytes to records
// that are nearly right.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { zipBytes } from './zip-writer.ts';

const FIELDS = [
  { name: 'a' },
  { name: 'b', type: 'integer' },
  { name: 'c', type: 'number', bareNumber: false, groupChar: ',' },
  { name: 'd', type: 'number', double: true },
  { name: 'e', type: 'boolean' },
  { name: 'f', type: 'date', format: '%d.%m.%y' },
  { name: 'g', type: 'datetime', format: 'any', timezone: 'Europe/Berlin' },
  { name: 'h', type: 'time', format: '%I:%M %p' },
  { name: 'i', type: 'object', constraints: { maxLength: 2 } },
  { name: 'j', type: 'array', constraints: { minLength: 1 } },
  { name: 'k', format: 'email' },
  { name: 'l', format: 'uri', constraints: { pattern: '[a-z]+:.*' } },
  { name: 'm', type: 'year' },
  { name: 'n', type: 'yearmonth', constraints: { unique: true } },
];
const NAMES = FIELDS.map(({ name }) => name);

/** How the contract says that its files are written. */
export type Words = {
  readonly format: 'csv' | 'json' | 'ndjson';
  readonly encoding: string;
  readonly dialect?: object;
};

export function rubbishContract({ format, encoding, dialect }: Words): Dataset {
  const schema = { fields: FIELDS };
  const partitionBy = ['m'];
  const resource = {
    name: 'rows',
    path: '**',
    format,
    encoding,
    schema,
    partitionBy,
    maxRejectedRatio: 1,
    ...(dialect === undefined ? {} : { dialect }),
  };
  return parseContract(
    'p/datapackage.json',
    'p',
    JSON.stringify({ name: 'p', resources: [resource] }),
  )[0] as Dataset;
}

const DIALECTS = [
  {},
  {},
  {},
  { escapeChar: '\\' },
  { commentChar: '#' },
  { header: false },
  { skipInitialSpace: true },
  { headerRows: [2, 3] },
];
const ARRAYS = [{ itemType: 'array' }, { itemType: 'array', itemKeys: NAMES }];
const written = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ format: fc.constant('csv' as const), dialect: fc.constantFrom(...DIALECTS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      format: fc.constant('json' as const),
      dialect: fc.constantFrom({}, {}, { property: 'a' }, { property: 'a', itemType: 'array' }, ...ARRAYS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      format: fc.constant('ndjson' as const),
      dialect: fc.constantFrom({}, {}, ...ARRAYS),
    }),
  },
);
const encoding = fc.constantFrom(
  'utf-8',
  'utf-8',
  'utf-8',
  'utf-16',
  'utf-16be',
  'windows-1252',
  'iso-8859-1',
);
export const words: fc.Arbitrary<Words> = fc
  .tuple(written, encoding)
  .map(([how, name]) => ({ ...how, encoding: name }));

const repeated = fc
  .tuple(
    fc.constantFrom('a', '"', '[', '{"a":', '\0', '\r', ' ', ',', '9', '\\', 'é', '\n', '""', '-', '\ufeff'),
    fc.integer({ min: 1, max: 70_000 }),
  )
  .map(([text, times]) => text.repeat(times));
const token = fc.constantFrom(
  ...[
    ',',
    ',',
    ',',
    ';',
    '"',
    '"',
    "'",
    '\n',
    '\n',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '\\',
    '#',
    '\0',
    '\ufeff',
    '\u2028',
  ],
  ...[
    '[',
    ']',
    '{',
    '}',
    ':',
    '"a":',
    '"b":1',
    '{"a":"x","m":2024}',
    '{"n":"2024-01"}',
    'null',
    'true',
    '\\u0000',
    '\\ud800',
    '1e999',
  ],
  ...[
    NAMES.join(','),
    'm',
    'M',
    '1',
    '-1.5',
    '1,000 EUR',
    '1e5',
    '99999999999999999999',
    'NaN',
    'true',
    '2024',
    '2024-01',
    '31.12.99',
  ],
  ...[
    '2024-03-31 02:30:00',
    '0001-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-14:00',
    '12:00 AM',
    '{}',
    '[1]',
    '[1,]',
    'a@b.de',
    'urn:x',
    'é',
    '😀',
  ],
);
const text = fc.array(fc.oneof({ weight: 20, arbitrary: token }, { weight: 1, arbitrary: repeated }), {
  maxLength: 60,
});

/** Records as they should be, with a cell of rubbish here and there. */
const records = fc
  .array(
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constant('') },
        { weight: 3, arbitrary: token },
        { weight: 1, arbitrary: repeated },
      ),
      { minLength: 14, maxLength: 15 },
    ),
    { maxLength: 12 },
  )
  .chain((rows) =>
    fc
      .constantFrom('\n', '\r\n', '\r')
      .map((end) => [NAMES.join(','), ...rows.map((row) => row.join(','))].join(end)),
  );
const objects = fc
  .array(
    fc.dictionary(
      fc.constantFrom(...NAMES, '__proto__', 'constructor', 'x'),
      fc.oneof(fc.jsonValue(), token, repeated),
      { maxKeys: 8 },
    ),
    { maxLength: 12 },
  )
  .chain((all) => fc.constantFrom(...ways(all)));

/** An array, one a line, one after the other, within a member, and arrays of cells under a header row. */
function ways(all: readonly object[]): string[] {
  const texts = all.map((one) => JSON.stringify(one));
  const cells = [
    NAMES,
    ...all.map((one) => NAMES.map((name) => Object.entries(one).find(([key]) => key === name)?.[1])),
  ];
  return [
    JSON.stringify(all),
    texts.join('\n'),
    texts.join(''),
    JSON.stringify({ b: all, a: all }),
    JSON.stringify(cells),
    JSON.stringify({ a: cells }),
    cells.map((row) => JSON.stringify(row)).join('\n'),
  ];
}

/** A file's bytes, unpacked. */
export const content = fc.oneof(
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 4, arbitrary: text.map((parts) => Buffer.from(parts.join(''))) },
  { weight: 4, arbitrary: records.map((all) => Buffer.from(all)) },
  { weight: 6, arbitrary: objects.map((all) => Buffer.from(all)) },
  { weight: 1, arbitrary: text.map((parts) => Buffer.from(parts.join(''), 'utf16le')) },
  { weight: 1, arbitrary: records.map((all) => Buffer.from(all, 'utf16le').swap16()) },
);
/** `extension`: of the packed file; some packings are cut short, or are none. */
export const packing = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ extension: '', pack: (bytes: Buffer) => bytes }) },
  { weight: 1, arbitrary: fc.constant({ extension: '.gz', pack: (bytes: Buffer) => gzipSync(bytes) }) },
  { weight: 1, arbitrary: fc.constant({ extension: '.gz', pack: (bytes: Buffer) => bytes }) },
  { weight: 1, arbitrary: fc.constant({ extension: '.zst', pack: (bytes: Buffer) => bytes }) },
  {
    weight: 2,
    arbitrary: fc.nat(3).map((members) => ({
      extension: '.zip',
      pack: (bytes: Buffer) => zipBytes(Array.from({ length: members }, (_, i) => ({ name: `${i}`, bytes }))),
    })),
  },
  {
    weight: 1,
    arbitrary: fc.nat(60).map((cut) => ({
      extension: '',
      pack: (bytes: Buffer) => zipBytes([{ name: 'a', bytes }]).subarray(0, -1 - cut),
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .nat(200)
      .map((cut) => ({ extension: '.gz', pack: (bytes: Buffer) => gzipSync(bytes).subarray(0, -1 - cut) })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(Buffer.alloc(20), Buffer.from('rest'), gzipSync('').subarray(0, 12))
      .map((rest) => ({
        extension: '.gz',
        pack: (bytes: Buffer) => Buffer.concat([gzipSync(bytes), rest]),
      })),
  },
);
