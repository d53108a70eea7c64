// How sluice.yaml names an environment variable.

/** `SLACK_URL` of `${SLACK_URL}` and `$SLACK_URL`; undefined for another text. */
export function variableIn(text: string): string | undefined {
  const [, braced, plain] = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/.exec(text) ?? [];
  return braced ?? plain;
}
