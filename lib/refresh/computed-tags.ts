// What the log says of a computed data file: by which definition, from which versions of its inputs, and with which warnings.
import type { Derivation } from '../core/insight.ts';
import type { InputVersion } from '../lake/jobs.ts';
import { DEFINITION, INPUT_COMMITS, INPUTS, joinedTags, WARNINGS, WINDOW } from '../lake/tags.ts';
import { type AuditFailure, failureMessage } from './audit.ts';

/** `versions`: of its inputs, by their prefixes. */
export function computedTags(
  derivation: Derivation,
  versions: Readonly<Record<string, InputVersion>>,
  failures: readonly AuditFailure[],
): Record<string, string> {
  const of = <T>(value: (version: InputVersion) => T) =>
    JSON.stringify(
      Object.fromEntries(Object.entries(versions).map(([prefix, version]) => [prefix, value(version)])),
    );
  const warnings = failureMessage(failures, 'warn');
  return {
    [DEFINITION]: derivation.hash,
    [INPUTS]: of(({ version }) => version),
    [INPUT_COMMITS]: of(({ commitId }) => commitId ?? undefined),
    ...(derivation.window === undefined ? {} : { [WINDOW]: JSON.stringify(derivation.window) }),
    ...joinedTags(derivation),
    ...(warnings === undefined ? {} : { [WARNINGS]: warnings }),
  };
}
