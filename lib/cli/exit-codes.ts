// What a verb's exit code means. Wrong usage is 2: see UsageError.

export const FAULT = 1;
/** The work is done, but something needs attention: a file is rejected or missing, a partition is stale, a commit is foreign, or counts differ. */
export const NEEDS_ATTENTION = 3;
