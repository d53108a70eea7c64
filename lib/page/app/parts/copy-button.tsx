// A button that copies a text, and says that it did.
import { useState } from 'preact/hooks';
import { copyText } from './copy.ts';

type CopyProps = {
  /** What is copied, made only then. */
  readonly text: () => string;
  readonly label?: string;
  /** For screen readers, where the label alone says too little: `Copy the command`. */
  readonly name?: string;
};

export function CopyButton({ text, label = 'Copy', name }: CopyProps) {
  const [outcome, setOutcome] = useState<'copied' | 'refused' | null>(null);
  const copy = () => {
    copyText(text()).then(
      (isCopied) => setOutcome(isCopied ? 'copied' : 'refused'),
      () => setOutcome('refused'),
    );
  };
  return (
    <>
      <button type="button" class="screen-only" onClick={copy} aria-label={name}>
        {label}
      </button>
      <span class="small muted screen-only" role="status">
        {outcome === 'copied' && 'Copied'}
        {outcome === 'refused' && 'Your browser does not allow it: select the text instead'}
      </span>
    </>
  );
}
