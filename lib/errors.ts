// The errors that Sluice throws on purpose. Bad data is not among them: that is a Violation, a value.

/**
 * A person can fix it: the command line prints the message, without a stack, and exits with `exitCode`. A message of several
 * lines is a list of them: a line end within one of them is user data and is shown escaped.
 */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly lines: readonly string[];
  readonly exitCode: number;
  constructor(message: string | readonly string[], exitCode = 1, options?: ErrorOptions) {
    const lines = typeof message === 'string' ? [message] : message;
    super(lines.join('\n'), options);
    this.lines = lines;
    this.exitCode = exitCode;
  }
}

/** A folder in use is gone or was replaced: its content is unknown, so all work stops. */
export class LocationGoneError extends CliError {
  override readonly name = 'LocationGoneError';
}

/** Wrong usage of the command line: exit code 2. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';
  constructor(message: string | readonly string[]) {
    super(message, 2);
  }
}

/** Longer problems are cut in the middle: the offending value is at the start, the next step at the end. */
const MAX_PROBLEM = 2000;

function shortened(problem: string): string {
  if (problem.length <= MAX_PROBLEM) return problem;
  const half = MAX_PROBLEM / 2;
  return `${problem.slice(0, half)} … ${problem.slice(-half)}`;
}

/**
 * A contract or an insight's SQL file is wrong. The message names the file, the position and the next step. `lines`: the message,
 * then those of `others`, which are wrong besides.
 */
export class DefinitionError extends CliError {
  override readonly name = 'DefinitionError';
  override readonly lines: readonly string[];
  readonly file: string;
  readonly place: string;
  readonly problem: string;
  constructor(
    file: string,
    place: string,
    problem: string,
    { others = [], ...options }: ErrorOptions & { readonly others?: readonly DefinitionError[] } = {},
  ) {
    super(`${file}${place === '' ? '' : `, ${shortened(place)}`}: ${shortened(problem)}`, 1, options);
    this.file = file;
    this.place = place;
    this.problem = problem;
    this.lines = [...new Set([this.message, ...others.flatMap(({ lines }) => lines)])];
  }
}

/** The first one, with the lines of the others. */
export function together(first: DefinitionError, others: readonly DefinitionError[]): DefinitionError {
  if (others.length === 0) return first;
  const { file, place, problem } = first;
  return new DefinitionError(file, place, problem, { cause: first, others: [first, ...others] });
}

/** Retrying the same message later will succeed: another writer was faster, or a table is being changed. */
export class TryAgainError extends Error {
  override readonly name = 'TryAgainError';
}

/** A law was broken or a log is unreadable: never swallowed, never retried into silence. */
export class CorruptionError extends Error {
  override readonly name = 'CorruptionError';
}
