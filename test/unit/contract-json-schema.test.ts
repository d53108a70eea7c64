// schemas/sluice.schema.json says what the check of contracts says: held against a validator that knows nothing of Sluice.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { contractJsonSchemaText } from '../../lib/definitions/contract-json-schema.ts';
import { packageWords } from '../../lib/definitions/contract-schema.ts';
import { parseContractParts } from '../../lib/definitions/parse-contract.ts';
import { WORD_DESCRIPTIONS } from '../../lib/definitions/word-descriptions.ts';
import { DefinitionError } from '../../lib/errors.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Validator = { validate(value: unknown, schema: unknown): { readonly errors: readonly unknown[] } };

const ROOT = resolve(import.meta.dirname, '../..');
const FILE = join(ROOT, 'schemas/sluice.schema.json');
const SCHEMA: unknown = JSON.parse(readFileSync(FILE, 'utf8'));
// The CDK validates with it, and brings it along.
const ofTheCdk = createRequire(fileURLToPath(import.meta.resolve('aws-cdk-lib')));
const { Validator: JsonSchema } = ofTheCdk('jsonschema') as { readonly Validator: new () => Validator };
const validator = new JsonSchema();

const fits = (contract: Json) => validator.validate(contract, SCHEMA).errors.length === 0;

/** Whether the contract is accepted: its shapes, and what they mean. */
function isAccepted(contract: Json): boolean {
  try {
    return parseContractParts('p/datapackage.json', 'p', JSON.stringify(contract)).refused.length === 0;
  } catch (error) {
    if (error instanceof DefinitionError) return false;
    throw error;
  }
}

const folders = [
  ...['schemas', 'template/project/schemas', 'test/schemas', 'test/aws/storm-schemas', 'test/bench/schemas'],
  ...readdirSync(join(ROOT, 'test/golden')).map((name) => `test/golden/${name}/schemas`),
];
const contracts = folders
  .filter((folder) => existsSync(join(ROOT, folder)))
  .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(folder, name, 'datapackage.json')))
  .filter((file) => existsSync(join(ROOT, file)))
  .map((file) => [file, JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Json] as const);

test('the file is the one that "npm run contract-schema" writes', () => {
  expect(readFileSync(FILE, 'utf8')).toBe(contractJsonSchemaText());
});

test('there are contracts to try, with each word that is described', () => {
  expect(contracts.length).toBeGreaterThan(20);
});

test.each(contracts)('%s fits, and is accepted', (_, contract) => {
  expect(validator.validate(contract, SCHEMA).errors).toEqual([]);
  expect(isAccepted(contract)).toBe(true);
});

/** Each property of the schema, as `resources.schema.fields`, with its description. */
function properties(schema: Json, path: readonly string[] = []): [string, Json][] {
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return [];
  const own = Object.entries((schema.properties ?? {}) as { [name: string]: { description?: Json } });
  return [
    ...own.flatMap(([name, property]): [string, Json][] => [
      [[...path, name].join('.'), property.description ?? null],
      ...properties(property as Json, [...path, name]),
    ]),
    ...properties(schema.items ?? null, path),
    ...((schema.anyOf ?? []) as Json[]).flatMap((choice) => properties(choice, path)),
  ];
}

test('each word has its sentence: beside its shape, or else in word-descriptions.ts', () => {
  const all = properties(SCHEMA as Json);
  expect(all.length).toBeGreaterThan(90);
  for (const [word, description] of all) expect(description, word).toMatch(/^[A-Z"].*\.$/);
  const owned = new Set(all.map(([path]) => path.split('.').slice(-2).join('.')));
  for (const [owner, words] of Object.entries(WORD_DESCRIPTIONS))
    for (const [word, sentence] of Object.entries(words)) {
      const path = owner === '' ? word : `${owner}.${word}`;
      expect(owned.has(path), `${path} is a word`).toBe(true);
      expect(
        all.some(([, description]) => description === sentence),
        `${path} has no other sentence beside its shape`,
      ).toBe(true);
    }
});

type Path = readonly (string | number)[];

/** Every value in it, with where it stands. */
function places(value: Json, path: Path = []): [Path, Json][] {
  const inner = Array.isArray(value)
    ? value.map((part, i) => [i, part] as const)
    : Object.entries(value !== null && typeof value === 'object' ? value : {});
  return [[path, value], ...inner.flatMap(([name, part]) => places(part, [...path, name]))];
}

function changed(value: Json, path: Path, other: Json): Json {
  const [first, ...rest] = path;
  if (first === undefined) return other;
  if (Array.isArray(value)) return value.map((part, i) => (i === first ? changed(part, rest, other) : part));
  const object = value as { [name: string]: Json };
  return { ...object, [first]: changed(object[first] ?? null, rest, other) };
}

const OTHERS: readonly Json[] = [null, true, 7, -1, 0.5, 'x', '', [], {}, ['x'], [7]];
/** Other words of the standard and of Sluice, where they do not belong. */
const STRANGERS = ['nonsense', 'path', 'timezone', 'required', 'Name', 'uniqueKeys', 'compression'];

/** Of each word, in the smallest contract that has it: `resources.schema.fields.name`. */
const words = new Map<string, { readonly contract: Json; readonly path: Path; readonly value: Json }>();
const bySize = contracts
  .flatMap(([, contract]) => {
    const { resources, ...rest } = contract as { resources: Json[] };
    // A foreign key wants the other resource, too.
    const alone = resources.map((resource) => ({ ...rest, resources: [resource] }));
    return [contract, ...alone.filter(isAccepted)];
  })
  .sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length);
for (const contract of bySize)
  for (const [path, value] of places(contract)) {
    const word = path.filter((part) => typeof part === 'string').join('.');
    const isElement = typeof path.at(-1) === 'number';
    const id = `${word}${isElement ? '[]' : ''}${Array.isArray(value) ? ' as a list' : ''}`;
    if (!words.has(id)) words.set(id, { contract, path, value });
  }

test('what the shapes refuse does not fit, and what does not fit is refused, whatever one value is changed to', () => {
  let refused = 0;
  const compare = (other: Json, what: string) => {
    const hasShape = packageWords.safeParse(other).success;
    const fitting = fits(other);
    if (!hasShape) expect(fitting, `${what} fits, but has no shape`).toBe(false);
    if (!fitting) expect(isAccepted(other), `${what} does not fit, but is accepted`).toBe(false);
    if (!fitting) refused += 1;
  };
  expect(words.size).toBeGreaterThan(70);
  for (const [word, { contract, path, value }] of words) {
    for (const other of OTHERS) compare(changed(contract, path, other), `${word} = ${JSON.stringify(other)}`);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) continue;
    for (const stranger of STRANGERS)
      if (!(stranger in value)) compare(changed(contract, [...path, stranger], 'x'), `${word}.${stranger}`);
  }
  expect(refused).toBeGreaterThan(500);
});

describe('by name', () => {
  const contract = (resource: object, field: object = {}) =>
    ({
      $schema: '../sluice.schema.json',
      name: 'p',
      resources: [
        {
          name: 'd',
          path: 'd/day=*/*.csv',
          schema: {
            fields: [
              { name: 'day', type: 'date' },
              { name: 'n', ...field },
            ],
          },
          ...resource,
        },
      ],
    }) as unknown as Json;

  test.each<[string, object, object?]>([
    ['a plain one', {}],
    ['expected files', { expect: { every: 'day', by: '06:00', daysAfter: 0 } }],
    ['a list of formats', {}, { type: 'date', format: ['default', '%d.%m.%Y'] }],
    ['a ratio', { maxRejectedRatio: 0.5 }],
  ])('%s: both take it', (_, resource, field) => {
    expect([fits(contract(resource, field)), isAccepted(contract(resource, field))]).toEqual([true, true]);
  });

  test.each<[string, object, object?]>([
    ['an unknown word', { nonsense: 1 }],
    ['an unknown word of a field', {}, { constraint: {} }],
    ['an unknown word of expect', { expect: { every: 'day', by: '06:00', until: '2026-01-01' } }],
    ['a missing word', { expect: { every: 'day' } }],
    ['another rhythm', { expect: { every: 'year', by: '06:00' } }],
    ['a number for a text', { path: 7 }],
    ['a text for a number', { maxRejectedRows: '7' }],
    ['a ratio beyond 1', { maxRejectedRatio: 1.5 }],
    ['an unknown type', {}, { type: 'money' }],
    ['an empty list', {}, { header: [] }],
    ['another mode', { mode: 'merge' }],
  ])('%s: neither takes it', (_, resource, field) => {
    expect([fits(contract(resource, field)), isAccepted(contract(resource, field))]).toEqual([false, false]);
  });
});

test('"$schema" in a contract changes no hash', () => {
  const [, plain] = contracts.find(([file]) => file === 'schemas/billing/datapackage.json') ?? [];
  const hashes = (contract: object) =>
    parseContractParts('f', 'p', JSON.stringify(contract)).datasets.map(({ hash }) => hash);
  expect(hashes({ $schema: '../sluice.schema.json', ...(plain as object) })).toEqual(hashes(plain as object));
  expect(hashes(plain as object)).toHaveLength(2);
});
