// What only the engine can say of a contract: whether it knows its patterns, time zones and date formats.
import type { Dataset, Field, FieldType } from '../core/contract.ts';
import { isPattern } from '../core/date-format.ts';
import { Place } from '../core/definition-place.ts';
import { literal } from '../core/sql-text.ts';
import { SqlError, type SqlSession } from '../ports.ts';

/** Throws DefinitionError at the first that the engine refuses. */
export async function checkDataset(session: SqlSession, dataset: Dataset): Promise<void> {
  for (const field of dataset.fields) {
    for (const [word, value, sql] of questions(field)) {
      try {
        await session.rows(`SELECT ${sql}`);
      } catch (error) {
        if (!(error instanceof SqlError) || error.kind === 'resource') throw error;
        const place = new Place(dataset.file, `dataset ${dataset.name}, field ${field.name}, ${word}`);
        place.refuse(
          `the engine does not take ${JSON.stringify(value)}: ${error.message.split('\n')[0]}. Correct it`,
        );
      }
    }
  }
}

const DATED: readonly FieldType[] = ['date', 'datetime', 'time'];

function questions(field: Field): (readonly [word: string, value: string, sql: string])[] {
  const { pattern } = field.constraints;
  const asked: (readonly [string, string, string])[] = [];
  if (pattern !== undefined)
    asked.push(['constraints.pattern', pattern, `regexp_full_match('', ${literal(pattern)})`]);
  if (field.timezone !== 'UTC')
    asked.push(['timezone', field.timezone, `timezone(${literal(field.timezone)}, TIMESTAMP '2000-01-01')`]);
  if (DATED.includes(field.type) && isPattern(field.format))
    asked.push(['format', field.format, `try_strptime('', ${literal(field.format)})`]);
  return asked;
}
