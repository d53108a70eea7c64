// The rules that a row or a file can break, in words for whoever sent it. Pure.
import type { Rule } from '../../../core/violation.ts';

const WORDS: Readonly<Record<Rule, string>> = {
  'type-error': 'not of the kind that the column holds',
  required: 'empty, and must not be',
  enum: 'none of the values that are allowed',
  minimum: 'less than allowed',
  maximum: 'more than allowed',
  exclusiveMinimum: 'not more than it must be',
  exclusiveMaximum: 'not less than it must be',
  minLength: 'shorter than allowed',
  maxLength: 'longer than allowed',
  pattern: 'not of the form that is asked for',
  unique: 'twice, and must not be',
  'primary-key': 'a row with the same key is there already',
  'missing-cell': 'the row has too few cells',
  'extra-cell': 'the row has too many cells',
  'encoding-error': 'letters that cannot be read',
  'source-error': 'the file cannot be read',
  'stray-quote': 'a quote that does not belong there',
  'repeated-header': 'the header stands there again',
  'missing-label': 'the header lacks a column',
  'extra-label': 'the header has a column too many',
  'duplicate-label': 'the header has a column twice',
  'incorrect-label': 'the header names another column',
  'too-large': 'too large',
  'out-of-memory': 'too large for the memory',
  maxRejectedRows: 'too many rows of the file are refused',
  maxRejectedRatio: 'too large a part of the file is refused',
  'no-valid-rows': 'no row of the file is right',
  'partition-value': "not what the file's name says",
  duplicate: 'the same file is there already',
};

/** The rule's own name where there are no words for it: another version of the program may have written it. */
export function ruleWords(rule: string): string {
  return isRule(rule) ? WORDS[rule] : rule;
}

function isRule(rule: string): rule is Rule {
  return Object.hasOwn(WORDS, rule);
}
