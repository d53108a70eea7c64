// A dataset's contract as a plain text, to be sent to whoever delivers its files. Pure.
import type { ContractField, DatasetDocument } from '../dataset-documents.ts';

export function contractAsText({ name, description, contract }: DatasetDocument): string {
  const blocks = [
    [`Files of ${name}`, ...(description === null ? [] : [description])],
    contract.file.map((fact) => `${fact.name}: ${fact.text}`),
    contract.fields.length === 0 ? [] : ['Columns', ...contract.fields.flatMap(fieldLines)],
    contract.rules.length === 0 ? [] : ['Rules', ...contract.rules.map((rule) => `- ${rule}`)],
    contract.example === null
      ? []
      : [
          'Example',
          ...contract.example
            .trimEnd()
            .split(/\r\n|\n/)
            .map((line) => `    ${line}`),
        ],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function fieldLines(field: ContractField): string[] {
  const rules = [field.required ? 'required' : 'may be empty', ...field.rules];
  return [
    `- ${field.header}: ${field.type}; ${rules.join('; ')}`,
    ...(field.description === null ? [] : [`    ${field.description}`]),
    ...(field.examples.length === 0 ? [] : [`    For example: ${field.examples.join(', ')}`]),
  ];
}
