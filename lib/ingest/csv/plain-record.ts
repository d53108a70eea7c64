// A record of a CSV file as RFC 4180 has it, so that every reader finds the same cells. Without its line end.

export function plainRecord(cells: readonly string[]): string {
  // Bare, the one empty cell of a record would be a blank line.
  if (cells.length === 1 && cells[0] === '') return '""';
  // Bare, a byte order mark in the first cell would be the file's own, and lost.
  return cells
    .map((cell) => (/[",\r\n\ufeff]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',');
}
