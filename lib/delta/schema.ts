// A table's columns as Delta writes them in metaData: PROTOCOL.md, "Schema Serialization Format". Pure.
import type { Column, ColumnType } from '../core/schema.ts';
import { CorruptionError } from '../errors.ts';

/** Every column is nullable; a description becomes the field's comment, as in Spark. */
export function schemaString(columns: readonly Column[]): string {
  const fields = columns.map(({ name, type, description }) => ({
    name,
    type,
    nullable: true,
    metadata: description === undefined ? {} : { comment: description },
  }));
  return JSON.stringify({ type: 'struct', fields });
}

/** The inverse of schemaString. Throws CorruptionError if it is not a schema, or has a type that Sluice never writes. */
export function parseSchema(text: string): Column[] {
  const schema = parseJson(text) as { type?: unknown; fields?: unknown } | null;
  if (schema?.type !== 'struct' || !Array.isArray(schema.fields))
    throw new CorruptionError(`a table's schemaString is not a struct: ${text.slice(0, 200)}`);
  return schema.fields.map(parseField);
}

type FieldJson = { name?: unknown; type?: unknown; metadata?: { comment?: unknown } } | null;

function parseField(field: FieldJson): Column {
  if (typeof field?.name !== 'string' || !isColumnType(field.type))
    throw new CorruptionError(
      `a table's schema has the field ${JSON.stringify(field)}, which is not one that Sluice writes: was the table changed by another program?`,
    );
  const description = field.metadata?.comment;
  return { name: field.name, type: field.type, ...(typeof description === 'string' ? { description } : {}) };
}

function isColumnType(type: unknown): type is ColumnType {
  return (
    typeof type === 'string' &&
    /^(string|long|integer|double|boolean|date|timestamp|decimal\(\d+,\d+\))$/.test(type)
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CorruptionError(`a table's schemaString is not JSON: ${text.slice(0, 200)}`, { cause: error });
  }
}
