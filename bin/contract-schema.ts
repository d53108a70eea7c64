// npm run contract-schema: writes schemas/sluice.schema.json, which editors check contracts against, from the shapes of lib/definitions.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractJsonSchemaText } from '../lib/definitions/contract-json-schema.ts';

writeFileSync(join(import.meta.dirname, '../schemas/sluice.schema.json'), contractJsonSchemaText());
