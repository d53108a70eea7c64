// A number of a spreadsheet as a decimal. Its value is a double; programs write it with 15, 16 or 17 digits, so that 19.99 is
// "19.989999999999998" in Excel's XML and "9864.440000000001" is openpyxl's 9864.44. Pure.

const NUMBER = /^[+-]?(\d+)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i;
/** So many digits each double keeps: a decimal of as many is meant where it is the same double. */
const KEPT_DIGITS = 15;
const MOST_DIGITS = 17;

/**
 * The text as it is, but for a fraction of 16 or 17 digits for which a decimal of at most 15 stands: that one. Both are the same
 * double. Integers and longer numbers are never touched.
 */
export function numberValue(text: string): string {
  const [, whole, fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (whole === undefined || fraction.length - Number(exponent) <= 0) return text;
  const digits = `${whole}${fraction}`.replace(/^0+/, '').length;
  if (digits <= KEPT_DIGITS || digits > MOST_DIGITS) return text;
  const shortest = String(Number(text));
  return significant(shortest) <= KEPT_DIGITS ? shortest : text;
}

function significant(number: string): number {
  const [mantissa = ''] = number.split('e');
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').length;
}
