// Keys as S3 writes them in notifications, and in listings with EncodingType=url: a space is `+`, everything else percent-encoded UTF-8.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html

/** Undefined for a text that is not percent-encoded UTF-8. */
export function decodeFormKey(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
