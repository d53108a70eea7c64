// What of all that Spark prints tells a person why it failed. Pure.

const LOG_PREFIX = /^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d (?=[A-Z]+ )/;
const CAUSE_PREFIX = /^(?:Caused by: |: )+/;
/** The shell's own name and line. */
const SHELL_PREFIX = /^(?:\/bin\/)?sh: (?:(?:line )?\d+: )?/;
const ERROR = /^(?:Error\b|ERROR\b|[\w.$]*(?:Error|Exception)\b)/;
/** Above each of Python's stack traces; the lines before it name no cause. */
const TRACE = /Traceback \(most recent call last\):$/;
/** Of what Spark logs while it stops, of stack traces, and of Python's pointers into source lines. */
const NOISE = /^(?:INFO|WARN|DEBUG|WARNING:) |^\s+at |^\s*\.\.\. \d+ more|^[\s~^]*$/;
const MOST = 3;

/** `said`: both output streams. Its last errors; without any, its last lines. */
export function sparkReason(said: string): string {
  const lines = said
    .split('\n')
    .map((line) =>
      line.replace(LOG_PREFIX, '').replace(SHELL_PREFIX, '').replace(CAUSE_PREFIX, '').trimEnd(),
    );
  const errors = lines.filter((line) => ERROR.test(line) && !TRACE.test(line));
  const telling = errors.length > 0 ? errors : lines.filter((line) => !NOISE.test(line));
  // Spark repeats each cause in what it says of the stage, of the job and of its program's end.
  const found = [...new Set(telling.toReversed())].slice(0, MOST).toReversed();
  return found.length === 0 ? 'it printed nothing' : found.join(' | ');
}
