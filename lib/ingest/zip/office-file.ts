// What a zip archive is by the names of its members, if a program of an office wrote it. Pure.

export const WORKBOOK = 'an Excel workbook';

/** What it is, and what to do where a text file is expected. */
export function officeWords(names: readonly string[]): readonly [what: string, next: string] | undefined {
  if (names.includes('xl/workbook.xml'))
    return [WORKBOOK, 'save its sheet as CSV, or write "format": "xlsx" in the contract'];
  if (names.includes('xl/workbook.bin')) return ['a binary Excel workbook (.xlsb)', 'save its sheet as CSV'];
  if (names.includes('[Content_Types].xml')) return ['an Office document', 'save its table as CSV'];
  if (names[0] === 'mimetype' && names.includes('content.xml'))
    return ['an OpenDocument file', 'save its sheet as CSV'];
  return undefined;
}
