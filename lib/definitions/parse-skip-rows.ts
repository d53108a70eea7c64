// Which records of a file are no rows: checks `skipRows` and `footerRows` of a resource.
import type { Dataset, Field, Format, SkipRule } from '../core/contract.ts';
import { skipRuleText } from '../core/skip-rules.ts';
import { patternProblem } from '../core/text-pattern.ts';
import type { ResourceWords } from './contract-schema.ts';
import { unknownField } from './parse-field.ts';
import { isTabular } from './parse-sheet.ts';
import type { Place } from './place.ts';

/** {} where the contract has neither. */
export function parseSkipRows(
  words: ResourceWords,
  format: Format,
  fields: readonly Field[],
  place: Place,
): Pick<Dataset, 'skipRows' | 'footerRows'> {
  const { skipRows, footerRows } = words;
  if (footerRows !== undefined && !isTabular(format))
    place
      .at('footerRows')
      .refuse(`only a CSV file or a sheet has a footer, and the format is "${format}": remove it`);
  const rules = skipRows === undefined ? [] : [skipRows].flat();
  rules.forEach((rule, i) => {
    const at = Array.isArray(skipRows) ? place.at('skipRows', i) : place.at('skipRows');
    checkRule(rule, format, fields, at);
    if (rules.findIndex((other) => skipRuleText(other) === skipRuleText(rule)) !== i)
      at.refuse(`${JSON.stringify(rule)} is listed twice: remove one`);
  });
  return {
    ...(rules.length === 0 ? {} : { skipRows: rules }),
    ...(footerRows === undefined ? {} : { footerRows }),
  };
}

function checkRule(rule: SkipRule, format: Format, fields: readonly Field[], at: Place): void {
  if (!('field' in rule)) {
    const word = 'blank' in rule ? 'blank' : 'startsWith';
    if (!isTabular(format))
      at.at(word).refuse(
        `"${word}" looks at the cells of a CSV record or a sheet's row, and the format is "${format}": use {"field": …, "pattern": …}`,
      );
    return;
  }
  if (!fields.some(({ name }) => name === rule.field))
    at.at('field').refuse(unknownField(rule.field, fields));
  const problem = patternProblem(rule.pattern);
  if (problem !== undefined) at.at('pattern').refuse(`${JSON.stringify(rule.pattern)}: ${problem}`);
}
