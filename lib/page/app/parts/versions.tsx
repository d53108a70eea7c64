// The changes of a table: when, why, and how many rows came and went.
import type { ComponentChildren } from 'preact';
import type { VersionRow } from '../../dataset-documents.ts';
import { CellText } from './cell-text.tsx';
import { Command } from './command.tsx';
import { counted, countText } from './count-text.ts';
import { Scroll } from './scroll.tsx';
import { TimeText } from './time-text.tsx';

type VersionsProps = {
  readonly versions: readonly VersionRow[];
  /** Older ones that are not listed, and the command that lists them. */
  readonly more: number;
  readonly command: string;
  /** For rows that were recomputed and did not come and go with files. */
  readonly words?: { readonly added: string; readonly removed: string };
  /** What stands in a further column beside a version. */
  readonly beside?: (version: number) => ComponentChildren;
};

const OF_FILES = { added: 'Rows in', removed: 'Rows out' };

export function Versions({ versions, more, command, words = OF_FILES, beside }: VersionsProps) {
  if (versions.length === 0) return <p class="muted">Nothing yet.</p>;
  return (
    <>
      <Scroll label="Changes">
        <table class="table-hover">
          <thead>
            <tr>
              <th scope="col" class="number">
                Version
              </th>
              <th scope="col">When</th>
              <th scope="col">Why</th>
              <th scope="col" class="number">
                {words.added}
              </th>
              <th scope="col" class="number">
                {words.removed}
              </th>
              <th scope="col" class="number">
                Rows then
              </th>
              {beside && <th scope="col">Change</th>}
            </tr>
          </thead>
          <tbody>
            {versions.map(({ version, committedAt, cause, rowsAdded, rowsRemoved, rows }) => (
              <tr key={version}>
                <td class="number">{version}</td>
                <td>
                  <TimeText time={committedAt} />
                </td>
                <td class="text">
                  <CellText cell={cause} />
                </td>
                <td class="number">
                  {rowsAdded === 0 ? <span class="muted">0</span> : `+${countText(rowsAdded)}`}
                </td>
                <td class="number">
                  {rowsRemoved === 0 ? <span class="muted">0</span> : `−${countText(rowsRemoved)}`}
                </td>
                <td class="number">{countText(rows)}</td>
                {beside && <td>{beside(version)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {more > 0 && (
        <details>
          <summary>{counted(more, 'older change')}</summary>
          <Command text={command} />
        </details>
      )}
    </>
  );
}
