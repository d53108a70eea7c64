// The bits of a bzip2 archive, as they stream in.

/** What is wrong with the archive, in words. */
export class Bzip2Error extends Error {
  override name = 'Bzip2Error';
}

export class Bits {
  #data: Buffer = Buffer.alloc(0);
  #position = 0;
  #buffer = 0;
  #count = 0;

  add(chunk: Buffer): void {
    this.#data = Buffer.concat([this.#data.subarray(this.#position), chunk]);
    this.#position = 0;
  }

  get bytesLeft(): number {
    return this.#data.length - this.#position + Math.floor(this.#count / 8);
  }

  /** At most 24. */
  read(count: number): number {
    while (this.#count < count) {
      if (this.#position === this.#data.length) throw new Bzip2Error('it ends too early');
      this.#buffer = (this.#buffer << 8) | (this.#data[this.#position++] as number);
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#buffer >>> this.#count) & ((1 << count) - 1);
  }

  /** The next ones, without taking them; zeros beyond the end. */
  peek(count: number): number {
    while (this.#count < count && this.#position < this.#data.length) {
      this.#buffer = (this.#buffer << 8) | (this.#data[this.#position++] as number);
      this.#count += 8;
    }
    const missing = count - this.#count;
    const bits = missing > 0 ? this.#buffer << missing : this.#buffer >>> -missing;
    return bits & ((1 << count) - 1);
  }

  /** Takes some that were peeked at. */
  drop(count: number): void {
    if (count > this.#count) throw new Bzip2Error('it ends too early');
    this.#count -= count;
  }

  read32(): number {
    return ((this.read(16) << 16) | this.read(16)) >>> 0;
  }

  /** An archive ends with a whole byte. What was peeked at stays. */
  skipToByte(): void {
    this.#count -= this.#count % 8;
  }
}
