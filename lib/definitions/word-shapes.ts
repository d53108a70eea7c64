// Shapes that several properties of a contract have: texts, lists of texts, one of several words.
import * as z from 'zod';

export const text = z.string();
export const filledTexts = z.array(text.min(1)).min(1);
export const fieldNames = z.union([text, filledTexts], {
  error: 'it must be a field name or a list of them',
});
export const only = <T extends string | boolean>(...values: T[]) => z.literal(values);
