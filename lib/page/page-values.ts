// What the documents of the page are made of. Types alone. Every cell and every count of a table is a text or a whole number: no value
// passes through binary floating point.

/** The file of another document, below data/. It exists as soon as a document that names it can be read. */
export type Ref<_Document> = string;

export type Cell = string | null;

/** Partition column → value. */
export type Partition = Readonly<Record<string, Cell>>;

/** `well`: nothing to do. `attention`: somebody should look. `fault`: numbers may be wrong or missing until somebody acts. */
export type State = 'well' | 'attention' | 'fault';

/** ISO 8601 in UTC. */
export type Time = string;
