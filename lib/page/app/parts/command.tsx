// A command to be typed in a terminal, with a button that copies it.
import { CellText } from './cell-text.tsx';
import { CopyButton } from './copy-button.tsx';
import '../style/command.css';

export function Command({ text }: { readonly text: string }) {
  return (
    <div class="command">
      <code>
        <CellText cell={text} max={2000} />
      </code>
      <CopyButton text={() => text} name="Copy the command" />
    </div>
  );
}
