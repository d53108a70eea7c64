// The delays between attempts that no library adds for us.
import { setTimeout as after } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/** Waits a random part of 100 ms, 200 ms, 400 ms … up to 2 s, so that racing processes do not collide again. `attempt` counts from 1. */
export async function backoff(attempt: number): Promise<void> {
  await after(Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1)));
}
