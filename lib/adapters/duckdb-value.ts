// Converts DuckDB's values to the plain values of the Row type in ports.ts. Nothing is rounded.
import {
  DuckDBArrayType,
  DuckDBArrayValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapType,
  DuckDBMapValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { Value } from '../ports.ts';

/**
 * Integers as numbers if they are safe, otherwise as text; FLOAT and DOUBLE as numbers; LIST and ARRAY as arrays;
 * STRUCT and MAP as objects (a MAP's keys as text); everything else as the text that DuckDB prints.
 */
export function convertValue(value: DuckDBValue, type: DuckDBType): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return convertInteger(value);
  if (value instanceof DuckDBListValue && type instanceof DuckDBListType)
    return value.items.map((item) => convertValue(item, type.valueType));
  if (value instanceof DuckDBArrayValue && type instanceof DuckDBArrayType)
    return value.items.map((item) => convertValue(item, type.valueType));
  if (value instanceof DuckDBStructValue && type instanceof DuckDBStructType)
    return Object.fromEntries(
      type.entryNames.map((name, index) => [name, convertField(value, type, name, index)]),
    );
  if (value instanceof DuckDBMapValue && type instanceof DuckDBMapType)
    return Object.fromEntries(
      value.entries.map((entry) => [
        String(convertValue(entry.key, type.keyType)),
        convertValue(entry.value, type.valueType),
      ]),
    );
  // toString prints in the machine's zone, but a session's zone is always UTC.
  if (value instanceof DuckDBTimestampTZValue) return utcText(value.micros);
  return String(value);
}

function convertField(value: DuckDBStructValue, type: DuckDBStructType, name: string, index: number): Value {
  const fieldType = type.entryTypes[index];
  return fieldType === undefined ? null : convertValue(value.entries[name] ?? null, fieldType);
}

function convertInteger(value: bigint): Value {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function utcText(micros: bigint): string {
  const text = String(new DuckDBTimestampValue(micros));
  return text.endsWith('infinity') ? text : text.replace(/( \(BC\))?$/, '+00$1');
}
