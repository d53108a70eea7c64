// A job's stages: the tasks of one run side by side, and the next stage follows from their results. Types alone.

export type Stage<Task> = { readonly name: string; readonly tasks: readonly Task[] };

/** A stage that is over: one result a task, in their order. */
export type Done<Task, Result> = Stage<Task> & { readonly results: readonly Result[] };
