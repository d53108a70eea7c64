// Splits a zstd archive at block boundaries, so that the decoder never unpacks more than a few blocks at once: 4 bytes can
// expand to 128 kB. RFC 8878, sections 3.1.1 and 3.1.2. Does not unpack anything itself.

const MAGIC_BYTES = 4;
const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** Bits of the frame descriptor: a checksum at the end; no window descriptor. */
const [CHECKSUM, SINGLE_SEGMENT] = [0x04, 0x20];
const CHECKSUM_BYTES = 4;
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const BLOCK_HEADER_BYTES = 3;
const MAX_BLOCK_BYTES = 128 * 1024;
const BYTES_AT_ONCE = 1024 * 1024;
/** The zstd command's own limit; each decoder allocates one window: https://facebook.github.io/zstd/zstd_manual.html */
const MAX_WINDOW_BYTES = 128 * 1024 * 1024;

type Part = 'frame' | 'block' | 'checksum' | 'broken';

export class ZstdBlocks {
  /** Why the archive must not be unpacked. */
  refusal: string | undefined;
  #data: Buffer = Buffer.alloc(0);
  /** Position in the data where the complete parts end. */
  #position = 0;
  #part: Part = 'frame';
  #hasChecksum = false;
  /** Bytes of a skippable frame beyond the data. */
  #toSkip = 0;

  /** Pieces that end with a block, or with their frame, and unpack to about a megabyte at most. */
  *push(chunk: Buffer): Iterable<Buffer> {
    this.#data = this.#data.length === 0 ? chunk : Buffer.concat([this.#data, chunk]);
    for (;;) {
      const isMore = this.#takeParts();
      if (this.#position === 0 || this.refusal !== undefined) return;
      const piece = this.#data.subarray(0, this.#position);
      this.#data = this.#data.subarray(this.#position);
      this.#position = 0;
      yield piece;
      if (!isMore) return;
    }
  }

  /** Collects parts for one piece; false if the next part is incomplete. (The decoder recurses once per frame.) */
  #takeParts(): boolean {
    for (let unpacked = 0; unpacked < BYTES_AT_ONCE; ) {
      const bytes = this.#take();
      if (bytes === undefined) return false;
      unpacked += bytes;
      if (this.#part === 'frame') return true;
    }
    return true;
  }

  /** The rest: an incomplete part. */
  end(): Buffer {
    return this.#data;
  }

  /** Skips the next part and returns its maximum unpacked size; undefined if the part is incomplete. */
  #take(): number | undefined {
    const data = this.#data;
    const start = this.#position;
    const isAvailable = (bytes: number) => start + bytes <= data.length;
    if (this.#toSkip > 0 || this.#part === 'broken') return this.#skip();
    switch (this.#part) {
      case 'frame':
        return isAvailable(MAGIC_BYTES) ? this.#frame(start) : undefined;
      case 'checksum':
        if (!isAvailable(CHECKSUM_BYTES)) return undefined;
        this.#part = 'frame';
        this.#position += CHECKSUM_BYTES;
        return 0;
      default: {
        if (!isAvailable(BLOCK_HEADER_BYTES)) return undefined;
        const header = data.readUIntLE(start, BLOCK_HEADER_BYTES);
        const [isLast, type, size] = [(header & 1) === 1, (header >> 1) & 3, header >> 3];
        const bytes = BLOCK_HEADER_BYTES + (type === 1 ? 1 : size);
        if (!isAvailable(bytes)) return undefined;
        this.#position += bytes;
        if (isLast) this.#part = this.#hasChecksum ? 'checksum' : 'frame';
        return type === 2 ? MAX_BLOCK_BYTES : size;
      }
    }
  }

  #skip(): number | undefined {
    const there = this.#data.length - this.#position;
    const bytes = this.#part === 'broken' ? there : Math.min(there, this.#toSkip);
    if (bytes === 0) return undefined;
    this.#toSkip = Math.max(0, this.#toSkip - bytes);
    this.#position += bytes;
    return 0;
  }

  #frame(start: number): number | undefined {
    const data = this.#data;
    const there = data.length - start;
    const magic = data.readUInt32LE(start);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      if (there < 2 * MAGIC_BYTES) return undefined;
      this.#toSkip = 2 * MAGIC_BYTES + data.readUInt32LE(start + MAGIC_BYTES);
      return this.#skip();
    }
    if (magic !== MAGIC) {
      // The decoder reports it.
      this.#part = 'broken';
      return this.#skip();
    }
    const descriptor = data[start + MAGIC_BYTES];
    if (descriptor === undefined) return undefined;
    const isSingle = (descriptor & SINGLE_SEGMENT) !== 0;
    const sizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6] || (isSingle ? 1 : 0);
    const before = MAGIC_BYTES + 1 + (isSingle ? 0 : 1);
    const dictionaryBytes = DICTIONARY_BYTES[descriptor & 3] ?? 0;
    const length = before + dictionaryBytes + sizeBytes;
    if (there < length) return undefined;
    const window = isSingle
      ? contentSize(data, start + before + dictionaryBytes, sizeBytes)
      : windowSize(data[start + MAGIC_BYTES + 1] ?? 0);
    if (window > MAX_WINDOW_BYTES) this.#refuse(window);
    this.#hasChecksum = (descriptor & CHECKSUM) !== 0;
    this.#part = 'block';
    this.#position += length;
    return 0;
  }

  #refuse(window: number): void {
    const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MB`;
    this.refusal = `the zstd archive needs ${megabytes(window)} of memory to be unpacked, and at most ${megabytes(MAX_WINDOW_BYTES)} are given: pack it again with --long=27 or without`;
  }
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(data: Buffer, at: number, bytes: number): number {
  if (bytes === 8) return Number(data.readBigUInt64LE(at));
  return data.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}
