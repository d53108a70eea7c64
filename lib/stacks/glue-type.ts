// Columns' types in Glue's data catalogue, which has Hive's names for them. Pure.
import { mapTree, type TypeTree } from '../core/nested-type.ts';
import { type ColumnType, columnTree, type ScalarType } from '../core/schema.ts';

/** `array<struct<id:long>>` → `array<struct<id:bigint>>` */
export function glueType(type: ColumnType): string {
  return hiveText(mapTree(columnTree(type), scalarName) ?? { leaf: type });
}

function scalarName(type: ScalarType): string {
  if (type === 'long') return 'bigint';
  return type === 'integer' ? 'int' : type;
}

/** Hive's types have no quotes: in a field's name an underscore replaces every character but letters and digits. */
function hiveText(tree: TypeTree<string>): string {
  if ('leaf' in tree) return tree.leaf;
  if ('element' in tree) return `array<${hiveText(tree.element)}>`;
  const fields = tree.fields.map(
    ({ name, type }) => `${name.toLowerCase().replace(/[^\p{L}\p{N}_]/gu, '_')}:${hiveText(type)}`,
  );
  return `struct<${fields.join(',')}>`;
}
