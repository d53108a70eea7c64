// The table of an insight as the page's views know it: costs by region, in partitions of months.
import type { PageColumn } from '../../lib/page/insight-documents.ts';

const column = (name: string, type: string): PageColumn => ({
  name,
  type,
  isNumber: /^(?:long|decimal)/.test(type),
  description: null,
  unit: null,
});

export const COLUMNS = [
  column('year', 'long'),
  column('month', 'long'),
  column('region', 'string'),
  column('cost', 'decimal(38,2)'),
];
export const TABLE = { name: 'costs', columns: COLUMNS, partitionBy: ['year', 'month'], key: ['region'] };
