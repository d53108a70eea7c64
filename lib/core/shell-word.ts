// A text as one word of a command that somebody types. Pure.

/** Quoted if a shell would take it for anything but one word. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
