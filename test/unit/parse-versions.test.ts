// The words of an upsert about the versions of a key: what they may say, and what is refused by name.
import { describe, expect, it } from 'vitest';
import { contract, parsed, refusal, type Words } from './contract-case.ts';

const r = 'shop/datapackage.json, resources[0]';
const FIELDS = [
  { name: 'id', type: 'integer' },
  { name: 'op', constraints: { enum: ['I', 'U', 'D'] } },
  { name: 'seq', type: 'integer', missingValues: ['', '-1'] },
  { name: 'gone', type: 'boolean' },
  { name: 'at', type: 'datetime', constraints: { required: true } },
  { name: 'day', type: 'date' },
  { name: 'size', type: 'number', double: true },
  { name: 'extra', type: 'object' },
  { name: 'rate', type: 'number', precision: 9, scale: 2, constraints: { enum: [1.5] } },
];
const upsert = (words: Words, fields: readonly object[] = FIELDS) =>
  contract({ mode: 'upsert', ...words }, { fields, primaryKey: 'id' });

describe('orderBy, deleteWhen and history', () => {
  it('are kept as the fields and the texts of their values', () => {
    const words = {
      orderBy: ['at', 'seq'],
      deleteWhen: { op: ['D'], gone: [true], rate: ['1.50'] },
      history: true,
    };
    expect(parsed(upsert(words))).toMatchObject({
      orderBy: ['at', 'seq'],
      deleteWhen: [
        { field: 'op', values: ['D'] },
        { field: 'gone', values: ['true'] },
        { field: 'rate', values: ['1.50'] },
      ],
      history: true,
    });
    expect(parsed(upsert({ orderBy: 'at' })).orderBy).toEqual(['at']);
  });

  it('change the hash of the contract only if other rows are accepted', () => {
    const hash = (words: Words) => parsed(upsert(words)).hash;
    const none = hash({});
    expect(hash({ orderBy: ['at'] })).toBe(none);
    expect(hash({ history: true })).toBe(none);
    expect(hash({ history: false })).toBe(none);
    const deleting = hash({ deleteWhen: { op: ['D'] } });
    expect(deleting).not.toBe(none);
    expect(hash({ deleteWhen: { op: ['D'] }, orderBy: ['at'] })).not.toBe(deleting);
  });

  it('are absent where nothing says them', () => {
    const { orderBy, deleteWhen, history } = parsed(upsert({ history: false }));
    expect({ orderBy, deleteWhen, history }).toEqual({});
  });

  it.each([
    ['orderBy', { orderBy: 'at' }],
    ['deleteWhen', { deleteWhen: { op: ['D'] } }],
    ['history', { history: true }],
  ])('%s is refused in another mode', (word, words) => {
    for (const mode of ['append', 'replace'])
      expect(refusal(contract({ mode, ...words }, { fields: FIELDS, primaryKey: 'id' }))).toContain(
        `${r}.${word}: "${word}" is about the versions of a key, of which the mode "${mode}" knows nothing`,
      );
  });

  it.each<[Words, string]>([
    [{ orderBy: ['ta'] }, `${r}.orderBy[0]: "ta" is not a field of this resource. Did you mean "at"?`],
    [{ orderBy: 'nope' }, `${r}.orderBy: "nope" is not a field`],
    [{ orderBy: ['at', 'at'] }, `${r}.orderBy[1]: "at" is listed twice`],
    [{ orderBy: ['id'] }, `${r}.orderBy[0]: id is part of the primary key`],
    [{ orderBy: ['extra'] }, `${r}.orderBy[0]: extra is of type object`],
    [{ orderBy: ['size'] }, `${r}.orderBy[0]: size is binary floating point`],
    [{ orderBy: [] }, `${r}.orderBy: [] is not allowed here`],
    [{ orderBy: 5 }, `${r}.orderBy: 5 is not allowed here: it must be a field name or a list of them`],
    [{ deleteWhen: 'op' }, `${r}.deleteWhen: "op" is not an object ({…})`],
    [{ deleteWhen: { op: 'D' } }, `${r}.deleteWhen.op: "D" is not a list`],
    [{ deleteWhen: { op: [] } }, `${r}.deleteWhen.op: [] is not allowed here`],
    [{ deleteWhen: {} }, `${r}.deleteWhen: it names no field`],
    [{ deleteWhen: { opp: ['D'] } }, `${r}.deleteWhen.opp: "opp" is not a field of this resource`],
    [{ deleteWhen: { id: [1] } }, `${r}.deleteWhen.id: id is part of the primary key`],
    [{ deleteWhen: { extra: ['{}'] } }, `${r}.deleteWhen.extra: extra is of type object`],
    [{ deleteWhen: { op: ['D', 'X'] } }, `${r}.deleteWhen.op[1]: "X" is not in the enum of op`],
    [{ deleteWhen: { op: [1] } }, `${r}.deleteWhen.op[0]: 1 is not a text`],
    [{ deleteWhen: { gone: ['ja'] } }, `${r}.deleteWhen.gone[0]: "ja" is not a boolean`],
    [{ deleteWhen: { seq: ['one'] } }, `${r}.deleteWhen.seq[0]: "one" is not an integer within 64 bits`],
    [{ deleteWhen: { seq: [-1] } }, `${r}.deleteWhen.seq[0]: -1 means that seq has no value`],
    [{ deleteWhen: { rate: [1.6] } }, `${r}.deleteWhen.rate[0]: 1.6 is not in the enum of rate`],
    [{ history: 'yes' }, `${r}.history: "yes" is not`],
    [
      { history: true, orderBy: ['day'] },
      `${r}.history: day, the first field of orderBy, says since when a version is valid, and may be missing`,
    ],
    [
      { history: true, name: 'a'.repeat(121) },
      `${r}.history: its table: "${'a'.repeat(121)}_history" cannot be a table name`,
    ],
  ])('%j is refused', (words, message) => {
    expect(refusal(upsert(words))).toContain(message);
  });

  it.each(['valid_from', 'Valid_To', 'is_current'])('history is refused beside a field %s', (name) => {
    const text = upsert({ history: true }, [...FIELDS, { name }]);
    expect(refusal(text)).toContain(
      `${r}.history: sales_history has a column ${name.toLowerCase()} of its own`,
    );
    expect(parsed(upsert({}, [...FIELDS, { name }])).fields.at(-1)?.name).toBe(name);
  });
});
