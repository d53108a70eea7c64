// Whether a text can be meant as a location: a folder, or s3://bucket/prefix. Pure.

/** A sentence on a text that would become a folder by mistake; undefined if it may be a location. */
export function locationProblem(text: string): string | undefined {
  if (/^(?!s3:)[a-z][a-z0-9+.-]+:\/\//i.test(text))
    return 'it is neither a folder nor in S3: write a path, or s3://bucket/prefix';
  if (text.startsWith('~'))
    return '~ is for shells: write the whole path (a folder of that name is written ./~…)';
  if (text.startsWith('$'))
    return 'variables are not replaced here: write the whole path (a folder of that name is written ./$…)';
  return undefined;
}
