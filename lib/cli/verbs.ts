// The verbs: each has a name, a line for the list, and a file that is loaded when the verb runs, with everything it needs.
import type { Verb } from './verb.ts';

export type ListedVerb = {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Verb>;
};

export const VERBS: readonly ListedVerb[] = [
  {
    name: 'start',
    summary: 'Fill a lake from landing (the bundled samples, the first time), show insights, watch.',
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'init',
    summary: 'Write a new project: settings, an example that runs, a test of it, a GitHub workflow.',
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'test',
    summary: "Play the project's cases and compare the rows with those expected; needs no lake.",
    load: async () => (await import('./test.ts')).test,
  },
  {
    name: 'check',
    summary: 'Say what is wrong with contracts and SQL, or what one insight returns; needs no lake.',
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'sync',
    summary: 'Bring the lake in line with landing, once: the backfill and the recovery.',
    load: async () => (await import('./sync.ts')).sync,
  },
  {
    name: 'page',
    summary: 'Write the page that people look at, serve it here, or print a link to it.',
    load: async () => (await import('./page.ts')).page,
  },
  {
    name: 'query',
    summary: 'Ask the tables and insights a question in SQL.',
    load: async () => (await import('./query.ts')).query,
  },
  {
    name: 'validate',
    summary: 'Check a file against a dataset before it is sent; needs no lake.',
    load: async () => (await import('./validate.ts')).validate,
  },
  {
    name: 'draft',
    summary: 'Draft a contract and a first insight from sample files; needs no lake.',
    load: async () => (await import('./draft.ts')).draft,
  },
  {
    name: 'explain',
    summary: 'Show from which source files, contracts and SQL a number was computed.',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'audit',
    summary: 'Run all audits on the live rows.',
    load: async () => (await import('./audit.ts')).audit,
  },
  {
    name: 'graph',
    summary: 'Print which insight reads what; needs no lake.',
    load: async () => (await import('./graph.ts')).graph,
  },
  {
    name: 'certify',
    summary: 'Prove that every landing object and every row is accounted for.',
    load: async () => (await import('./certify.ts')).certify,
  },
  {
    name: 'history',
    summary: 'List the versions of a table or insight, and why each is there.',
    load: async () => (await import('./history.ts')).history,
  },
  {
    name: 'rejects',
    summary: 'Show what was refused and why: by file, or row by row of one file.',
    load: async () => (await import('./rejects.ts')).rejects,
  },
  {
    name: 'settle',
    summary: 'Close what was refused of a file, with a reason; without a file, list what is open.',
    load: async () => (await import('./settle.ts')).settle,
  },
  {
    name: 'rebuild',
    summary: "Rewrite a dataset's table from the files in landing, under its current contract.",
    load: async () => (await import('./rebuild.ts')).rebuild,
  },
  {
    name: 'plan',
    summary: 'Show the effect of changed contracts and SQL on the lake, before they are deployed.',
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'drop',
    summary: 'Drop a table that has no contract or insight any more.',
    load: async () => (await import('./drop.ts')).drop,
  },
  {
    name: 'maintain',
    summary: 'Delete files past their retention, merge small ones, and write checkpoints.',
    load: async () => (await import('./maintain.ts')).maintain,
  },
  {
    name: 'status',
    summary: 'Show what the lake holds, how current it is and what needs attention.',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'dead-letters',
    summary: 'List messages that failed permanently, with their source file and the reason.',
    load: async () => (await import('./dead-letters.ts')).deadLetters,
  },
  {
    name: 'jobs',
    summary: 'List the work that runs on Spark, or cancel it.',
    load: async () => (await import('./jobs.ts')).jobs,
  },
  {
    name: 'task',
    summary: "Do a job's tasks; Spark calls it on its workers.",
    load: async () => (await import('./task.ts')).task,
  },
  {
    name: 'redrive',
    summary: 'Deliver dead letters again.',
    load: async () => (await import('./redrive.ts')).redrive,
  },
];
