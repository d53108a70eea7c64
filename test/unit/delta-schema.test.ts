import { describe, expect, it } from 'vitest';
import type { Column } from '../../lib/core/schema.ts';
import { parseSchema, schemaString } from '../../lib/delta/schema.ts';
import { CorruptionError } from '../../lib/errors.ts';

const COLUMNS: Column[] = [
  { name: 'year', type: 'long' },
  { name: 'a "quoted", name', type: 'string', description: 'What it is.' },
  { name: 'amount', type: 'decimal(38,6)' },
  { name: 'at', type: 'timestamp' },
  { name: 'on', type: 'date' },
  { name: 'i', type: 'integer' },
  { name: 'd', type: 'double' },
  { name: 'b', type: 'boolean' },
  { name: 'tags', type: 'array<string>', description: 'In the order of the alphabet.' },
  { name: 'deep', type: 'struct<id:long,"b, c":array<struct<"it""s >":array<decimal(38,0)>>>>' },
];

describe("a table's schema", () => {
  it('is a struct of nullable fields with comments', () => {
    expect(JSON.parse(schemaString(COLUMNS.slice(0, 3)))).toEqual({
      type: 'struct',
      fields: [
        { name: 'year', type: 'long', nullable: true, metadata: {} },
        { name: 'a "quoted", name', type: 'string', nullable: true, metadata: { comment: 'What it is.' } },
        { name: 'amount', type: 'decimal(38,6)', nullable: true, metadata: {} },
      ],
    });
  });

  it('has lists as arrays, and structs within', () => {
    const column: Column = { name: 'deep', type: 'struct<id:long,"b, c":array<struct<"d:":date>>>' };
    const field = (name: string, type: unknown) => ({ name, type, nullable: true, metadata: {} });
    const inner = { type: 'struct', fields: [field('d:', 'date')] };
    expect(JSON.parse(schemaString([column]))).toEqual({
      type: 'struct',
      fields: [
        field('deep', {
          type: 'struct',
          fields: [
            field('id', 'long'),
            field('b, c', { type: 'array', elementType: inner, containsNull: true }),
          ],
        }),
      ],
    });
  });

  it('is read back', () => {
    expect(parseSchema(schemaString(COLUMNS))).toEqual(COLUMNS);
  });

  it.each([
    ['not JSON', '{'],
    ['not a struct', '[]'],
    ['not a struct', 'null'],
    ['"type":"short"', '{"type":"struct","fields":[{"name":"a","type":"short"}]}'],
    [
      '"map"',
      '{"type":"struct","fields":[{"name":"a","type":{"type":"array","elementType":{"type":"map","keyType":"string","valueType":"long"}}}]}',
    ],
    ['"fields":[]', '{"type":"struct","fields":[{"name":"a","type":{"type":"struct","fields":[]}}]}'],
    [
      '"containsNull"',
      '{"type":"struct","fields":[{"name":"a","type":{"type":"array","containsNull":true}}]}',
    ],
  ])('with %s is refused', (part, text) => {
    expect(() => parseSchema(text)).toThrow(CorruptionError);
    expect(() => parseSchema(text)).toThrow(part);
  });
});
