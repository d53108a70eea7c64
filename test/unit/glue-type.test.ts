import { expect, it } from 'vitest';
import { glueType } from '../../lib/stacks/glue-type.ts';

it.each([
  ['long', 'bigint'],
  ['integer', 'int'],
  ['decimal(38,6)', 'decimal(38,6)'],
  ['array<long>', 'array<bigint>'],
  [
    'struct<Id:long,"b c, (ü)":array<struct<n:integer,at:timestamp>>>',
    'struct<id:bigint,b_c___ü_:array<struct<n:int,at:timestamp>>>',
  ],
] as const)('%s is %s in Glue', (type, glue) => {
  expect(glueType(type)).toBe(glue);
});
