// A table's columns as Delta writes them in metaData: PROTOCOL.md, "Schema Serialization Format". Pure.
import { type TypeTree, typeText, typeTree } from '../core/nested-type.ts';
import type { Column, ColumnType } from '../core/schema.ts';
import { CorruptionError } from '../errors.ts';

/** Every column, field and element is nullable; a description becomes the field's comment, as in Spark. */
export function schemaString(columns: readonly Column[]): string {
  const fields = columns.map(({ name, type, description }) =>
    fieldJson(name, typeTree(type), description === undefined ? {} : { comment: description }),
  );
  return JSON.stringify({ type: 'struct', fields });
}

function fieldJson(name: string, type: TypeTree<string>, metadata: object) {
  return { name, type: typeJson(type), nullable: true, metadata };
}

function typeJson(tree: TypeTree<string>): unknown {
  if ('leaf' in tree) return tree.leaf;
  if ('element' in tree) return { type: 'array', elementType: typeJson(tree.element), containsNull: true };
  return { type: 'struct', fields: tree.fields.map(({ name, type }) => fieldJson(name, type, {})) };
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
  const tree = parseType(field?.type);
  if (typeof field?.name !== 'string' || tree === undefined)
    throw new CorruptionError(
      `a table's schema has the field ${JSON.stringify(field)}, which is not one that Sluice writes: was the table changed by another program?`,
    );
  const description = field.metadata?.comment;
  return {
    name: field.name,
    type: typeText(tree) as ColumnType,
    ...(typeof description === 'string' ? { description } : {}),
  };
}

type TypeJson = { type?: unknown; elementType?: unknown; fields?: unknown } | null;

/** Undefined for a type that Sluice never writes, such as a map. */
function parseType(type: unknown): TypeTree<string> | undefined {
  if (isScalarType(type)) return { leaf: type };
  if (typeof type !== 'object') return undefined;
  const nested: TypeJson = type;
  if (nested?.type === 'array') {
    const element = parseType(nested.elementType);
    return element && { element };
  }
  if (nested?.type !== 'struct' || !Array.isArray(nested.fields)) return undefined;
  const fields = nested.fields.flatMap((field: FieldJson) => {
    const own = parseType(field?.type);
    return typeof field?.name === 'string' && own ? [{ name: field.name, type: own }] : [];
  });
  return fields.length > 0 && fields.length === nested.fields.length ? { fields } : undefined;
}

function isScalarType(type: unknown): type is string {
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
