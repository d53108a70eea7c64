// Checks of a contract that need DuckDB: whether it knows the patterns, time zones and date formats.
import { type Dataset, type Field, type FieldType, fieldFormats } from '../core/contract.ts';
import { isPattern } from '../core/date-format.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import { literal } from '../sql/quoting.ts';
import { Place } from './place.ts';

/** Throws DefinitionError for the first one that DuckDB refuses. */
export async function checkDataset(session: SqlSession, dataset: Dataset): Promise<void> {
  const asked = [
    ...dataset.fields.flatMap((field) =>
      questions(field).map((question) => within(`field ${field.name}`, question)),
    ),
    ...dataset.partitionBy.flatMap(({ name, timezone }) =>
      timezone === undefined ? [] : [within(`partition column ${name}`, zoneQuestion(timezone))],
    ),
    ...skipQuestions(dataset),
  ];
  // Most contracts are correct: one statement checks many expressions.
  for (let start = 0; start < asked.length; start += AT_ONCE) {
    const some = asked.slice(start, start + AT_ONCE);
    if ((await refusal(session, some.map(({ sql }) => sql).join(', '))) === undefined) continue;
    for (const { word, value, sql } of some) {
      const problem = await refusal(session, sql);
      if (problem === undefined) continue;
      const place = new Place(dataset.file, `dataset ${dataset.name}, ${word}`);
      place.refuse(`DuckDB does not accept ${JSON.stringify(value)}: ${problem}. Correct it`);
    }
  }
}

const AT_ONCE = 100;

async function refusal(session: SqlSession, expressions: string): Promise<string | undefined> {
  try {
    await session.rows(`SELECT ${expressions}`);
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlError) || error.kind === 'resource') throw error;
    return error.message.split('\n')[0];
  }
}

type Question = { readonly word: string; readonly value: string; readonly sql: string };

function within(place: string, question: Question): Question {
  return { ...question, word: `${place}, ${question.word}` };
}

function skipQuestions({ skipRows = [] }: Dataset): Question[] {
  return skipRows.flatMap((rule, i) =>
    'field' in rule
      ? [
          {
            word: `skipRows[${i}].pattern`,
            value: rule.pattern,
            sql: `regexp_full_match('', ${literal(rule.pattern)})`,
          },
        ]
      : [],
  );
}

const DATED: readonly FieldType[] = ['date', 'datetime', 'time'];

function questions(field: Field): Question[] {
  const { pattern } = field.constraints;
  const asked: Question[] = [];
  const ask = (word: string, value: string, sql: string) => asked.push({ word, value, sql });
  if (pattern !== undefined)
    ask('constraints.pattern', pattern, `regexp_full_match('', ${literal(pattern)})`);
  if (field.timezone !== 'UTC') asked.push(zoneQuestion(field.timezone));
  if (DATED.includes(field.type))
    for (const format of fieldFormats(field).filter(isPattern))
      ask('format', format, `try_strptime('', ${literal(format)})`);
  return asked;
}

function zoneQuestion(zone: string): Question {
  return { word: 'timezone', value: zone, sql: `timezone(${literal(zone)}, TIMESTAMP '2000-01-01')` };
}
