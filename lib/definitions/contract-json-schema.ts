// The JSON schema of contracts, for editors: from the shapes that the check itself uses. It knows single properties, not what several mean
// together: parse-contract.ts refuses more.
import * as z from 'zod';
import { packageWords } from './contract-schema.ts';
import { WORD_DESCRIPTIONS } from './word-descriptions.ts';

type Json = { [word: string]: unknown };

/** Draft 7, which all editors know. */
export function contractJsonSchema(): Json {
  const { $schema, ...schema } = z.toJSONSchema(packageWords, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // Of each whole number: what JavaScript can hold.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  describe(schema, '');
  return {
    $schema,
    title: 'A contract of Sluice: datapackage.json',
    description:
      'A Frictionless Data Package with words of Sluice. Defaults stand in parentheses. "npx sluice plan" checks more: what the properties mean together.',
    ...schema,
  };
}

/** As text, as it stands in schemas/sluice.schema.json. */
export function contractJsonSchemaText(): string {
  return `${JSON.stringify(contractJsonSchema(), null, 2)}\n`;
}

/** `owner`: the property that holds the object. */
function describe(schema: Json, owner: string): void {
  for (const [word, property] of Object.entries((schema.properties ?? {}) as Record<string, Json>)) {
    const described = WORD_DESCRIPTIONS[owner]?.[word];
    if (described !== undefined) property.description ??= described;
    describe(property, word);
  }
  if (schema.items) describe(schema.items as Json, owner);
  for (const choice of (schema.anyOf ?? []) as Json[]) describe(choice, owner);
}
