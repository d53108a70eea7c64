// A description on one line: cut where it does not fit, with the whole on pointing; on paper all of it.
import { visible } from '../../../core/visible-text.ts';

/** No line shows as many. */
const MOST = 300;

export function OneLine({ text }: { readonly text: string }) {
  const shown = visible(text);
  return (
    <div class="one-line" title={shown}>
      <bdi>{shown.slice(0, MOST)}</bdi>
    </div>
  );
}
