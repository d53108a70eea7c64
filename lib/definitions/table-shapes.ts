// The shapes of the words that say how a table is parted, how its files come, and which records are left out. Structure only, as
// contract-schema.ts, of which they are a part.
import * as z from 'zod';
import { TRANSFORMS } from '../core/partition-column.ts';
import { EVERY } from '../core/period.ts';
import { fieldNames, filledTexts, only, text } from './word-shapes.ts';

export const SKIP_RULE =
  'it must be {"startsWith": text}, {"field": name, "pattern": pattern} or {"blank": true}, or a list of them';

export const partitionColumn = z.strictObject({
  field: text.describe("The field whose values, or parts of them, separate the table's partitions."),
  transform: only(...TRANSFORMS)
    .optional()
    .describe(
      'What of the field separates the partitions: the value itself, its year, month, day, date, yearmonth or hour.',
    ),
  timezone: text
    .optional()
    .describe(
      'The IANA time zone in which the date of a datetime is counted; UTC where the field has no other zone.',
    ),
  name: text.min(1).optional().describe("The derived column's name; without it that of the transform."),
});

export const partitionWord = z.union([text, partitionColumn], {
  error: `it must be a field name or {"field": …, "transform": ${TRANSFORMS.slice(1)
    .map((word) => JSON.stringify(word))
    .join(' | ')}, "timezone": …, "name": …}`,
});

export const delivery = z.strictObject({
  by: z
    .union([text.min(1), filledTexts], { error: 'it must be a capture of the path or a list of them' })
    .describe('Captures of the path: files that agree in all of them are one delivery.'),
  newest: only('name', 'lastModified')
    .optional()
    .describe(
      'Which delivery is the newest: by the captured text (numbers in it compared as numbers), or by the latest LastModified of its files (the default).',
    ),
  complete: text
    .min(1)
    .optional()
    .describe(
      'A glob: a delivery counts only once such a file is there. Without "/" it is beside the files of the delivery; with "/" it is a path like "path". Captures are allowed.',
    ),
});

export const expect = z.strictObject({
  every: only(...EVERY).describe(
    'How often a file arrives: one for each hour, day, week (from Monday) or month.',
  ),
  by: text.describe(
    'When it is due, "HH:MM": the time of day on the day after the period; for "hour", the time after its end.',
  ),
  daysAfter: z
    .int()
    .min(0)
    .max(366)
    .optional()
    .describe('How many days after the last day of the period it is due (1); 0: on that day itself.'),
  timezone: text.optional().describe("The time zone of the periods and of `by` (the resource's timezone)."),
  per: filledTexts
    .optional()
    .describe('Fields or captures of the path: a file is expected for each combination of their values.'),
  from: text
    .optional()
    .describe('The first day that is expected, YYYY-MM-DD (the first period that has come).'),
  field: fieldNames.optional().describe('The fields of the path that tell the period, where several could.'),
});

export const skipRule = z.union(
  [
    z.strictObject({
      startsWith: text.min(1).describe("The record's first cell begins with this text."),
    }),
    z.strictObject({
      field: text.describe('The field whose cell is looked at.'),
      pattern: text.min(1).describe("A regular expression (RE2) that the cell's whole text matches."),
    }),
    z.strictObject({ blank: only(true).describe('No cell of the record has a value.') }),
  ],
  { error: SKIP_RULE },
);
