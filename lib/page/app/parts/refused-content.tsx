// What is told of a file's refused rows: how many, by which rule, the first ones in full, and how to correct them.
import type { RefusedDocument, RefusedRowText } from '../../dataset-documents.ts';
import { markedPieces, valueSpan } from '../marked-value.ts';
import { refusedFile } from '../refused-file.ts';
import { CellText } from './cell-text.tsx';
import { Command } from './command.tsx';
import { downloadText } from './copy.ts';
import { CopyButton } from './copy-button.tsx';
import { counted, countText } from './count-text.ts';
import { Facts } from './facts.tsx';
import { RefusedByRule } from './refused-tables.tsx';
import { FileStateBadge } from './state-badge.tsx';

export function RefusedContent({ document }: { readonly document: RefusedDocument }) {
  const { outcome, reason, rows, accepted, refused, byRule, examples, missing, header } = document;
  return (
    <>
      <p class="lead">
        <FileStateBadge state={outcome === 'rejected' ? 'rejected' : 'partly-refused'} />
        {outcome === 'rejected'
          ? ': none of it counts.'
          : `: ${counted(refused, 'row')} of ${countText(rows)}; the others count.`}
      </p>
      {reason !== null && (
        <p class="notice notice-fault">
          <CellText cell={reason} max={2000} />
        </p>
      )}
      {missing !== null && <p class="notice notice-fault">{missing}</p>}
      {rows > 0 && (
        <Facts
          facts={[
            ['Rows in the file', countText(rows)],
            ['Rows that are right', countText(accepted)],
            ['Refused rows', countText(refused)],
          ]}
        />
      )}
      <RefusedByRule rules={byRule} />
      <Mending document={document} />
      {examples.length > 0 && (
        <section aria-labelledby="examples">
          <h2 id="examples">
            {examples.length < refused
              ? `The first ${counted(examples.length, 'refused row')}`
              : 'The refused rows'}
          </h2>
          {header !== null && (
            <code class="raw-line muted">
              <CellText cell={header.trimEnd()} max={2000} />
            </code>
          )}
          <ol class="examples">
            {examples.map((row, at) => (
              <Example key={at} row={row} header={header} />
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

function Mending({ document }: { readonly document: RefusedDocument }) {
  const { raw, moreRaw, correctedName, command, outcome, refused } = document;
  const file = refusedFile(document);
  return (
    <section aria-labelledby="mending" class="screen-only">
      <h2 id="mending">How to correct it</h2>
      <p>
        Correct the {outcome === 'rejected' ? 'file' : 'rows'} and deliver the whole file again under the same
        name. It then takes the place of this one:
      </p>
      <div class="command">
        <code>
          <CellText cell={correctedName} max={2000} />
        </code>
        <CopyButton text={() => correctedName} name="Copy the name" />
      </div>
      {raw.length > 0 && (
        <p class="bar">
          <button type="button" onClick={() => downloadText(file.name, file.text)}>
            Download{' '}
            {moreRaw > 0
              ? `the first ${counted(raw.length, 'refused row')}`
              : counted(raw.length, 'refused row')}
          </button>
          <span class="small muted">as they came, in UTF-8, without the rows that are right</span>
        </p>
      )}
      {(moreRaw > 0 || (raw.length === 0 && refused > 0)) && (
        <details open={moreRaw > 0}>
          <summary>
            {moreRaw > 0
              ? `All ${counted(raw.length + moreRaw, 'refused row')}`
              : 'All refused rows in a file'}
          </summary>
          <p class="small">Whoever runs Sluice types this:</p>
          <Command text={command} />
        </details>
      )}
    </section>
  );
}

function Example({ row, header }: { readonly row: RefusedRowText; readonly header: string | null }) {
  const { line, path, raw, violations } = row;
  const spans = violations.flatMap(({ field, value }) => valueSpan(raw, header, field, value) ?? []);
  return (
    <li class="card">
      <p class="small muted">
        {line !== null && `Line ${countText(line)}`}
        {line !== null && path !== null && ', '}
        {path !== null && <CellText cell={path} />}
      </p>
      <code class="raw-line">
        {markedPieces(raw.replace(/[\r\n]+$/, ''), spans).map((piece, at) =>
          piece.isMarked ? (
            <mark key={at}>
              <CellText cell={piece.text} />
            </mark>
          ) : (
            <CellText key={at} cell={piece.text} max={1000} />
          ),
        )}
      </code>
      <ul class="small">
        {violations.map(({ field, message }, at) => (
          <li key={at}>
            {field !== '' && (
              <>
                <strong>
                  <CellText cell={field} />
                </strong>
                :{' '}
              </>
            )}
            <CellText cell={messageWithout(field, message)} max={1000} />
          </li>
        ))}
      </ul>
    </li>
  );
}

/** The column stands before it already. */
function messageWithout(field: string, message: string): string {
  return message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
}
