// The contract of a dataset as documentation that one can send to whoever delivers its files.
import type { Dataset, Field } from '../core/contract.ts';
import type { Effects } from '../lake/effects.ts';
import { contractExample } from './contract-example.ts';
import type { ContractText } from './dataset-documents.ts';
import { ruleWords, typeWords } from './field-words.ts';
import { fileFacts, ruleSentences } from './file-words.ts';

/** A page that follows a lake is written often, and its definitions seldom change. */
const known = new WeakMap<Dataset, Promise<ContractText>>();

export function contractText(effects: Effects, dataset: Dataset): Promise<ContractText> {
  const text = known.get(dataset) ?? makeText(effects, dataset);
  known.set(dataset, text);
  text.catch(() => known.delete(dataset));
  return text;
}

async function makeText(effects: Effects, dataset: Dataset): Promise<ContractText> {
  const { key, given, texts, text } = await contractExample(effects, dataset);
  return {
    file: fileFacts(dataset, key),
    fields: dataset.fields.map((field) => ({
      header: field.header,
      name: field.name,
      description: field.description ?? null,
      type: typeWords(field),
      required: field.constraints.required,
      rules: ruleWords(field, given.has(field.name)),
      examples: isAnyText(field) ? [] : (texts.get(field.name) ?? []),
    })),
    rules: ruleSentences(dataset),
    example: text,
  };
}

/** Of which an example would say nothing. */
function isAnyText({ type, format, constraints }: Field): boolean {
  const isText = type === 'any' || (type === 'string' && format === 'default');
  return isText && constraints.enum === undefined && constraints.pattern === undefined;
}
