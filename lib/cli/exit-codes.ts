// What a verb's exit code says. Wrong usage is 2: see UsageError.

export const FAULT = 1;
/** The work is done, and a person should look: something is rejected, missing, stale or foreign, or does not add up. */
export const NEEDS_ATTENTION = 3;
