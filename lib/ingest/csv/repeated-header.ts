// Detects records that repeat the file's header, such as after joining files with `cat`: by SQL over DuckDB's rows, and by the
// cells of our own reader, which decides for the whole record.
import type { Dialect } from '../../core/contract.ts';
import type { Violation } from '../../core/violation.ts';
import { identifier, literal } from '../../sql/quoting.ts';
import { fileViolation } from '../row-source.ts';
import type { CsvReader } from './csv-reader.ts';

/** The mark of a file that was glued to the end of another is part of its first cell. */
const BYTE_ORDER_MARK = '\ufeff';
const MARK_BYTES = 3;
/** So many that nothing else is like them; the engine plans in the square of their number. */
const MOST_COLUMNS = 8;

export function repeatedHeader(): Violation {
  return fileViolation(
    'repeated-header',
    'the record repeats the header: files were probably put together with the header of each. Take the line out',
  );
}

export class RepeatedHeader {
  readonly #dialect: Dialect;
  /** Of each header record that says something. */
  readonly #records: readonly (readonly string[])[];
  readonly #quoted: RegExp;

  /** `records`: the header's cells, record by record; [] for a file without header. */
  constructor(dialect: Dialect, records: readonly (readonly string[])[]) {
    this.#dialect = dialect;
    this.#records = records.filter((cells) => cells.some((cell) => cell !== ''));
    const quote = dialect.quoteChar.replace(/[$^*+?.()|{}[\]\\/]/, '\\$&');
    this.#quoted = new RegExp(`^${quote}(.*)${quote}$`, 's');
  }

  /** True where the current record's cells are those of a header record. */
  isAt(reader: CsvReader): boolean {
    return this.#records.some((cells) => reader.cellCount === cells.length && this.#equals(reader, cells));
  }

  #equals(reader: CsvReader, cells: readonly string[]): boolean {
    // Nearly every record ends here.
    if (!this.#isSame(this.#first(reader.cell(0)), cells[0] ?? '')) return false;
    return cells.every((cell, i) => i === 0 || this.#isSame(reader.cell(i), cell));
  }

  #first(cell: string): string {
    if (!cell.startsWith(BYTE_ORDER_MARK)) return cell;
    const rest = cell.slice(BYTE_ORDER_MARK.length);
    const { quoteChar } = this.#dialect;
    return this.#quoted.exec(rest)?.[1]?.replaceAll(quoteChar + quoteChar, quoteChar) ?? rest;
  }

  #isSame(cell: string, label: string): boolean {
    if (cell === label) return true;
    const maybe = !this.#dialect.caseSensitiveHeader && cell.length <= 2 * label.length;
    return maybe && cell.toLowerCase() === label.toLowerCase();
  }

  /**
   * A condition, never NULL, on columns `c<i>` of texts: that some of them say what the header says there, which our own reader
   * is to confirm for the record as a whole. `columns`: of the file, those that are read anyway. Undefined where there is no
   * header of one record.
   */
  sql(columns: readonly number[]): string | undefined {
    const [cells, ...more] = this.#records;
    if (cells === undefined || more.length > 0) return undefined;
    const labels = columns.map((column) => ({ column, label: cells[column] ?? '' }));
    // A look at one text's length is all that nearly every row costs.
    const known = labels.find(({ label }) => label !== '' && /^[\x20-\x7e]+$/.test(label));
    const all = labels
      .slice(0, MOST_COLUMNS)
      .map(({ column, label }) => this.#sameSql(column, label))
      .join(' AND ');
    return known === undefined ? `(${all})` : `CASE WHEN ${lengthSql(known)} THEN ${all} ELSE false END`;
  }

  #sameSql(column: number, label: string): string {
    const text = `coalesce(${identifier(`c${column}`)}, '')`;
    const same = (read: string) => {
      const folded = `lower(${read}) = ${literal(label.toLowerCase())}`;
      const exact = `${read} = ${literal(label)}`;
      return this.#dialect.caseSensitiveHeader ? exact : `(${exact} OR ${folded})`;
    };
    return column === 0 ? same(`ltrim(${text}, ${literal(BYTE_ORDER_MARK)})`) : same(text);
  }
}

function lengthSql({ column, label }: { readonly column: number; readonly label: string }): string {
  const length = `strlen(${identifier(`c${column}`)})`;
  return column === 0
    ? `${length} IN (${label.length}, ${label.length + MARK_BYTES})`
    : `${length} = ${label.length}`;
}
