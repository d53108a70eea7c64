import { describe, expect, it } from 'vitest';
import { contract, parsed, refusal, type Words } from './contract-case.ts';

const d = 'shop/datapackage.json, resources[0].dialect';

describe('the words for JSON records', () => {
  it.each<[Words, unknown]>([
    [{ format: 'json' }, undefined],
    [{ format: 'json', dialect: {} }, undefined],
    [{ format: 'json', dialect: { itemType: 'object' } }, undefined],
    [{ format: 'json', dialect: { property: 'data' } }, { property: ['data'] }],
    [
      { format: 'json', dialect: { property: 'result.rows', itemType: 'object' } },
      { property: ['result', 'rows'] },
    ],
    [{ format: 'json', dialect: { property: 'a' }, levels: ['note'] }, { property: ['a'] }],
    [
      { format: 'json', dialect: { itemType: 'array' } },
      { property: [], columns: 'header' },
    ],
    [
      { format: 'ndjson', dialect: { itemType: 'array', header: true } },
      { property: [], columns: 'header' },
    ],
    [
      { format: 'jsonl', dialect: { itemType: 'array', itemKeys: ['a', 'b'] } },
      { property: [], columns: ['a', 'b'] },
    ],
    [
      { format: 'json', dialect: { itemType: 'array', itemKeys: ['a'], header: false } },
      { property: [], columns: ['a'] },
    ],
  ])('%j', (resource, json) => {
    expect(parsed(contract(resource)).json).toEqual(json);
  });

  it('change the hash, and their absence does not', () => {
    const hash = (dialect: Words | undefined) => parsed(contract({ format: 'json', dialect })).hash;
    expect(hash({})).toBe(hash(undefined));
    expect(hash({ itemType: 'object' })).toBe(hash(undefined));
    const others = [
      { property: 'a' },
      { property: 'a.b' },
      { itemType: 'array' },
      { itemType: 'array', itemKeys: ['a'] },
    ];
    expect(new Set([hash(undefined), ...others.map(hash)]).size).toBe(5);
    expect(parsed(contract({ innerPath: '*.csv' })).hash).not.toBe(parsed(contract()).hash);
  });

  it.each<[Words, string]>([
    [
      { dialect: { property: 'a' } },
      `${d}.property: this property applies only to the format "json" or "ndjson", and this`,
    ],
    [{ dialect: { itemType: 'object' } }, `${d}.itemType: this property applies only to`],
    [{ dialect: { itemKeys: ['a'] } }, `${d}.itemKeys: this property applies only to`],
    [
      { format: 'ndjson', dialect: { property: 'a' } },
      `${d}.property: in the format "ndjson" each line is a record`,
    ],
    [{ format: 'json', dialect: { property: 'a..b' } }, `${d}.property: "a..b" has an empty name`],
    [{ format: 'json', dialect: { property: '' } }, `${d}.property: "" is not allowed here`],
    [{ format: 'json', dialect: { property: 3 } }, `${d}.property: 3 is not a text in quotes`],
    [{ format: 'json', dialect: { itemType: 'list' } }, `${d}.itemType: "list" is not`],
    [
      { format: 'json', dialect: { itemKeys: ['a'] } },
      `${d}.itemKeys: it names the columns of records that are arrays.`,
    ],
    [{ format: 'json', dialect: { header: false } }, `${d}.header: in JSON only records that are arrays`],
    [
      { format: 'json', dialect: { itemType: 'array', header: false } },
      `${d}.header: then nothing names the columns: add their names in order as "itemKeys"`,
    ],
    [
      { format: 'json', dialect: { itemType: 'array', itemKeys: ['a'], header: true } },
      `${d}.header: "itemKeys" names the columns already`,
    ],
    [
      { format: 'json', dialect: { itemType: 'array', itemKeys: ['a', 'b', 'a'] } },
      `${d}.itemKeys[2]: "a" is listed twice`,
    ],
    [
      { format: 'json', dialect: { itemType: 'array' }, levels: ['note'] },
      `${d}.itemType: objects nested by key`,
    ],
    [
      { format: 'json', dialect: { headerRows: [2] } },
      `${d}.headerRows: this property applies only to the format "csv"`,
    ],
    [{ format: 'json', dialect: { itemTypes: 'array' } }, 'Did you mean "itemType"?'],
  ])('%j is refused', (resource, message) => {
    expect(refusal(contract(resource))).toContain(message);
  });
});
