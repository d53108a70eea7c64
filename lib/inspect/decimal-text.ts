// Sums and differences of decimals as texts, of any length and scale, without binary floating point. Pure.

/** `(['1.50', '-0.5'])` → `'1.00'`: as many decimals as the longest has. Texts are plain digits with an optional sign and point. */
export function addDecimals(texts: readonly string[]): string {
  const scale = Math.max(0, ...texts.map((text) => decimals(text).length));
  return written(
    texts.reduce((total, text) => total + unscaled(text, scale), 0n),
    scale,
  );
}

export function negated(text: string): string {
  return text.startsWith('-') ? text.slice(1) : `-${text}`;
}

/** `0`, `-0.00` … */
export function isZero(text: string): boolean {
  return /^[+-]?[0.]*$/.test(text);
}

function decimals(text: string): string {
  return text.split('.')[1] ?? '';
}

function unscaled(text: string, scale: number): bigint {
  const digits = text.replace('.', '') + '0'.repeat(scale - decimals(text).length);
  return BigInt(digits);
}

function written(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const sign = value < 0n ? '-' : '';
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
