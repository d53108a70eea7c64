// Quoting for SQL text: the one place where a name or a value becomes part of a statement.

/** `a"b` → `"a""b"` */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `it's` → `'it''s'`; null → NULL. A NUL byte ends DuckDB's parse, so it is written as chr(0). */
export function literal(value: string | null): string {
  if (value === null) return 'NULL';
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return quoted.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted;
}

/** `SELECT 1 ; ` → `SELECT 1`, in one pass for any number of spaces. */
export function withoutFinalSemicolon(sql: string): string {
  let end = sql.length;
  while (end > 0 && /[;\s]/.test(sql[end - 1] ?? '')) end -= 1;
  return sql.slice(0, end).trimStart();
}

export function list(items: readonly string[]): string {
  return `[${items.join(', ')}]`;
}

/** Exactly that Parquet file: folders named `year=2024` in its path do not become columns. */
export function readParquet(path: string): string {
  return `read_parquet(${fileLiteral(path)}, hive_partitioning = false)`;
}

/** A statement that writes the rows of `select` to the local file. */
export function writeParquet(select: string, path: string): string {
  return `COPY (${select}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`;
}

/** Exactly that file for DuckDB's readers, which interpret a path as a glob; not for COPY TO. */
export function fileLiteral(path: string): string {
  return literal(exactGlob(path));
}

/** `/a/[x]*.parquet` → `/a/[[]x][*].parquet` */
export function exactGlob(path: string): string {
  return path.replace(/[[*?]/g, (character) => `[${character}]`);
}
