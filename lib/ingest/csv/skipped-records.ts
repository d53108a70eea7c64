// The records of a CSV file that the contract skips by themselves, whatever their number of cells: the footer, and those told by
// their first cell or by having no value. They are taken out before anything else is asked of a record.
import type { Dataset, SkipRule } from '../../core/contract.ts';
import { FOOTER, type SkipCondition, type SkippedCount, skipRuleText } from '../../core/skip-rules.ts';
import { literal } from '../../sql/quoting.ts';
import type { CsvReader } from './csv-reader.ts';

type RecordRule = Exclude<SkipRule, { readonly field: string }>;

export class SkippedRecords {
  readonly #rules: readonly RecordRule[];
  readonly #names: readonly string[];
  /** Ordinal of the footer's first record. */
  readonly #footerStart: number;

  /** `records`: how many the file has, without its header. */
  constructor({ skipRows = [], footerRows = 0, dialect }: Dataset, records: number) {
    this.#rules = skipRows.flatMap((rule) => ('field' in rule ? [] : [rule]));
    this.#names = this.#rules.map(skipRuleText);
    this.#footerStart =
      dialect.headerRecords + (footerRows === 0 ? Infinity : Math.max(0, records - footerRows));
  }

  /** The rule that skips the current record: the footer first, then the rules in the contract's order. */
  ruleAt(reader: CsvReader): string | undefined {
    if (reader.isHeader) return undefined;
    if (reader.ordinal >= this.#footerStart) return FOOTER;
    const found = this.#rules.findIndex((rule) =>
      'blank' in rule ? isBlank(reader) : reader.cell(0).startsWith(rule.startsWith),
    );
    return this.#names[found];
  }
}

const MOST_CELLS = 200;
/** What JavaScript's trim takes off. */
const WHITE_SPACE =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

/** The same rules, but for the footer, over rows of texts `c<i>`; `width`: how many. Undefined for too many. */
export function recordConditions({ skipRows = [] }: Dataset, width: number): SkipCondition[] | undefined {
  const rules = skipRows.flatMap((rule) => ('field' in rule ? [] : [rule]));
  if (width > MOST_CELLS && rules.some((rule) => 'blank' in rule)) return undefined;
  return rules.map((rule) => ({
    rule: skipRuleText(rule),
    sql: 'blank' in rule ? blankSql(width) : `starts_with(coalesce(c0, ''), ${literal(rule.startsWith)})`,
  }));
}

function blankSql(width: number): string {
  const blanks = Array.from(
    { length: width },
    (_, i) => `trim(coalesce(c${i}, ''), ${literal(WHITE_SPACE)}) = ''`,
  );
  // Nearly every record's first cell begins with a printable character of ASCII: to compare texts costs a tenth of trimming them.
  return `CASE WHEN c0 >= '!' AND c0 < chr(127) THEN false WHEN ${blanks[0]} THEN ${blanks.join(' AND ')} ELSE false END`;
}

/** Whether a dataset has rules about whole records. */
export function skipsRecords({ skipRows = [], footerRows }: Dataset): boolean {
  return footerRows !== undefined || skipRows.some((rule) => !('field' in rule));
}

/** White space is no value. */
function isBlank(reader: CsvReader): boolean {
  // Nearly every record ends here.
  if (reader.cell(0).trim() !== '') return false;
  return reader.cells().every((cell) => cell.trim() === '');
}

/** Counts by rule: the footer first, then the rules in the contract's order. */
export class SkippedTally {
  readonly #counts: Map<string, number>;

  constructor({ skipRows = [] }: Dataset) {
    this.#counts = new Map([FOOTER, ...skipRows.map(skipRuleText)].map((rule) => [rule, 0]));
  }

  add(rule: string): void {
    this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + 1);
  }

  get counts(): SkippedCount[] {
    return [...this.#counts].flatMap(([rule, rows]) => (rows === 0 ? [] : [{ rule, rows }]));
  }
}
