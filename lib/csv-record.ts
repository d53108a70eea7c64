// Rows as CSV: RFC 4180, with lines that end in CRLF. NULL is empty; an empty text is "", so that the two differ. Pure.

/** One record with its line end. A record of one NULL is written as "", because an empty line is not a record. */
export function csvRecord(fields: readonly (string | null)[]): string {
  if (fields.length === 1 && fields[0] === null) return '""\r\n';
  return `${fields.map((field) => (field === null ? '' : csvField(field))).join(',')}\r\n`;
}

function csvField(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
