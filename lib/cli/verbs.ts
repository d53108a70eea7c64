// The verbs: one line each, and a file of that name. A verb's file is read when it is called.
import type { Verb } from './verb.ts';

export const verbs: ReadonlyMap<string, () => Promise<Verb>> = new Map([
  ['start', async () => (await import('./start.ts')).start],
  ['sync', async () => (await import('./sync.ts')).sync],
  ['query', async () => (await import('./query.ts')).query],
  ['validate', async () => (await import('./validate.ts')).validate],
  ['explain', async () => (await import('./explain.ts')).explain],
  ['audit', async () => (await import('./audit.ts')).audit],
  ['graph', async () => (await import('./graph.ts')).graph],
  ['certify', async () => (await import('./certify.ts')).certify],
  ['history', async () => (await import('./history.ts')).history],
  ['rejects', async () => (await import('./rejects.ts')).rejects],
  ['rebuild', async () => (await import('./rebuild.ts')).rebuild],
  ['plan', async () => (await import('./plan.ts')).plan],
  ['drop', async () => (await import('./drop.ts')).drop],
  ['maintain', async () => (await import('./maintain.ts')).maintain],
  ['status', async () => (await import('./status.ts')).status],
  ['dead-letters', async () => (await import('./dead-letters.ts')).deadLetters],
  ['redrive', async () => (await import('./redrive.ts')).redrive],
]);
