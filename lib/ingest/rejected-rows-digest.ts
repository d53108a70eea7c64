// What a quarantine file holds, in a few letters: of the rows as they are written down, not of the file's bytes, which may
// differ between two engines. Whoever reads the file again comes to the same.
import { createHash } from 'node:crypto';
import type { RejectedRow } from '../core/violation.ts';

export class RejectedRowsDigest {
  readonly #hash = createHash('sha256');

  /** In the file's order. Returns the row as a line of JSON, line end included. */
  add({ line, path = null, raw, violations }: RejectedRow): string {
    const reasons = violations.map(({ field, rule, value, message }) => ({ field, rule, value, message }));
    const text = `${JSON.stringify({ line, path, raw, violations: reasons })}\n`;
    this.#hash.update(text);
    return text;
  }

  /** 32 hex digits. To be called once, at the end. */
  value(): string {
    return this.#hash.digest('hex').slice(0, 32);
  }
}
