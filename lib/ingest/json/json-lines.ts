// Splits newline-delimited JSON (https://github.com/ndjson/ndjson-spec) into records: one per line, ignoring blank lines.
import type { Violation } from '../../core/violation.ts';
import { fileViolation } from '../row-source.ts';
import { type JsonCut, MAX_RECORD_BYTES } from './json-document.ts';

const LF = 10;

export class JsonLines {
  refusal: Violation | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #line = 1;

  push(chunk: Buffer): JsonCut[] {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const cuts: JsonCut[] = [];
    let start = 0;
    for (let end = data.indexOf(LF); end !== -1; end = data.indexOf(LF, start)) {
      // A flood of blank lines goes by at once.
      while (data[start] === LF) {
        start += 1;
        this.#line += 1;
      }
      if (start > end) continue;
      cuts.push(...this.#cut(data.subarray(start, end)));
      start = end + 1;
    }
    this.#rest = data.subarray(start);
    if (this.#rest.length > MAX_RECORD_BYTES) {
      const message = `line ${this.#line}: the record is longer than ${MAX_RECORD_BYTES} bytes`;
      this.refusal = fileViolation('source-error', message);
    }
    return cuts;
  }

  end(): JsonCut[] {
    return this.#cut(this.#rest);
  }

  #cut(bytes: Buffer): JsonCut[] {
    const line = this.#line++;
    const record = bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes;
    return record.toString('latin1').trim() === '' ? [] : [{ bytes: record, keys: [], line }];
  }
}
