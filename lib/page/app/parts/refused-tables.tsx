// What was refused: by the rule that was broken, and file by file.
import type { RefusedFile } from '../../dataset-documents.ts';
import { href } from '../routes.ts';
import { CellText } from './cell-text.tsx';
import { counted, countText } from './count-text.ts';
import { ruleWords } from './rule-words.ts';
import { Scroll } from './scroll.tsx';
import { FileStateBadge } from './state-badge.tsx';
import { TimeText } from './time-text.tsx';

type Rule = { readonly field: string; readonly rule: string; readonly rows: number; readonly files?: number };

export function RefusedByRule({ rules }: { readonly rules: readonly Rule[] }) {
  if (rules.length === 0) return null;
  const hasFiles = rules.some(({ files }) => files !== undefined);
  return (
    <Scroll label="Refused rows by column and rule">
      <table>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">What is wrong</th>
            <th scope="col" class="number">
              Rows
            </th>
            {hasFiles && (
              <th scope="col" class="number">
                Files
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rules.map(({ field, rule, rows, files }) => (
            <tr key={JSON.stringify([field, rule])}>
              <td>
                {field === '' ? <span class="muted">the whole row or file</span> : <CellText cell={field} />}
              </td>
              <td title={rule}>
                <CellText cell={ruleWords(rule)} />
              </td>
              <td class="number">{rows === 0 ? <span class="muted">whole file</span> : countText(rows)}</td>
              {hasFiles && <td class="number">{countText(files ?? 0)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

type FilesProps = { readonly dataset: string; readonly files: readonly RefusedFile[]; readonly more: number };

export function RefusedFiles({ dataset, files, more }: FilesProps) {
  return (
    <>
      <Scroll label="Files with refused rows">
        <table class="table-hover">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Refused
              </th>
              <th scope="col" class="number">
                Of rows
              </th>
              <th scope="col">Came</th>
              <th scope="col">Settled</th>
            </tr>
          </thead>
          <tbody>
            {files.map((file) => (
              <tr key={file.source}>
                <td class="file-name">
                  <a href={href({ view: 'refused', name: dataset, source: file.source })}>
                    <CellText cell={file.source} />
                  </a>
                </td>
                <td>
                  <FileStateBadge state={file.outcome === 'rejected' ? 'rejected' : 'partly-refused'} />
                </td>
                <td class="number">
                  {file.outcome === 'rejected' ? (
                    <span class="muted">whole file</span>
                  ) : (
                    countText(file.refusedRows)
                  )}
                </td>
                <td class="number">{countText(file.rows)}</td>
                <td>
                  <TimeText time={file.lastModified} />
                </td>
                <td>
                  {file.settled === null ? <span class="muted">open</span> : <CellText cell={file.settled} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {more > 0 && <p class="muted">{counted(more, 'older file')} with refused rows are not listed.</p>}
    </>
  );
}
