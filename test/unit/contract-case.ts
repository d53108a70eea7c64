// Contracts with one thing changed, for the tests of parseContract.
import { expect } from 'vitest';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { DefinitionError } from '../../lib/errors.ts';

export type Words = Record<string, unknown>;

export function contract(resource: Words = {}, schema: Words = {}): string {
  const fields = [{ name: 'id', type: 'integer' }, { name: 'when', type: 'date' }, { name: 'note' }];
  return JSON.stringify({
    name: 'shop',
    resources: [{ name: 'sales', path: 'sales/*.csv', schema: { fields, ...schema }, ...resource }],
  });
}

export const withField = (field: Words) => contract({}, { fields: [{ name: 'a' }, { name: 'f', ...field }] });
export const parse = (text: string) => parseContract('shop/datapackage.json', 'shop', text);

export function parsed(text: string) {
  const dataset = parse(text)[0];
  if (!dataset) throw new Error('no dataset');
  return dataset;
}

export function parsedField(field: Words) {
  const found = parsed(withField(field)).fields[1];
  if (!found) throw new Error('no field');
  return found;
}

export function refusal(text: string): string {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(DefinitionError);
    return (error as DefinitionError).message;
  }
  throw new Error('it was accepted');
}
