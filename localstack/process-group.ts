// Processes that start others: ended together. And a port for the next one.
import { createServer } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

const STOP_TIMEOUT_MS = 15_000;

/** Ends the group of a child process; `stopped` resolves when the child has ended. */
export async function stopGroup(pid: number | undefined, stopped: Promise<void>): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  const inTime = await Promise.race([
    stopped.then(() => true),
    after(STOP_TIMEOUT_MS, false, { ref: false }),
  ]);
  // Also after its own end: what it started may have outlived it.
  signalGroup(pid, 'SIGKILL');
  if (!inTime) await stopped;
}

/** Ends the group of a process that another one started. */
export async function stopGroupOf(pid: number): Promise<void> {
  const giveUp = Date.now() + STOP_TIMEOUT_MS;
  signalGroup(pid, 'SIGTERM');
  while (isAlive(pid) && Date.now() < giveUp) await after(100);
  signalGroup(pid, 'SIGKILL');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** One that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });
}
