// What is known of a text before a byte, so that a scan may begin there, and where it finds that a line begins. Types and names alone.

export const STATES = [
  'record-start',
  'field-start',
  'bare',
  'escape',
  'escaped-cr',
  'quoted',
  'escape-in-quoted',
  'quote-in-quoted',
  'broken',
  'no-record',
] as const;
/** What was read of a record before a byte. After a CR that ends a line it is `record-start`, and a line feed still belongs to that line. */
export type ScanState = (typeof STATES)[number];

/** Where a scan begins that does not begin at the text's start: behind `lastByte`, with the header already read. */
export type ScanStart = { readonly state: ScanState; readonly lastByte: number };

/** A line's start outside of records: bytes and physical lines before it. */
export type Border = { readonly position: number; readonly lines: number };
