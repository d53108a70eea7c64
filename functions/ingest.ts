// Brings tables to the present state of the landing keys that messages of the files queue name.
import { ingestHandler } from '../lib/aws/ingest-handler.ts';

export const handler = ingestHandler(import.meta.dirname);
