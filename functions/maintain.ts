// After a deploy applies the definitions; then, and on a schedule, asks for all that events should have brought already.
import { maintainHandler } from '../lib/aws/maintain-handler.ts';

export const handler = maintainHandler(import.meta.dirname);
