// What a dataset's files must look like, written for whoever delivers them.
import type { ContractField, DatasetDocument } from '../../dataset-documents.ts';
import { contractAsText } from '../contract-text.ts';
import { CellText } from './cell-text.tsx';
import { downloadText } from './copy.ts';
import { CopyButton } from './copy-button.tsx';
import { Facts } from './facts.tsx';
import { Scroll } from './scroll.tsx';

type ContractProps = { readonly document: DatasetDocument; readonly print: () => void };

export function Contract({ document, print }: ContractProps) {
  const { contract, name } = document;
  return (
    <section aria-labelledby="contract" class="contract">
      <h2 id="contract">What its files must look like</h2>
      <div class="bar screen-only">
        <CopyButton text={() => contractAsText(document)} label="Copy as text" />
        <button type="button" onClick={print}>
          Print this description
        </button>
      </div>
      <Facts
        facts={contract.file.map((fact) => [fact.name, <CellText key={fact.name} cell={fact.text} />])}
      />
      <FieldTable fields={contract.fields} />
      {contract.rules.length > 0 && (
        <>
          <h3>Rules over several columns or rows</h3>
          <ul>
            {contract.rules.map((rule) => (
              <li key={rule}>
                <CellText cell={rule} />
              </li>
            ))}
          </ul>
        </>
      )}
      {contract.example !== null && <Example name={name} example={contract.example} />}
    </section>
  );
}

/** In one piece: parts of one example would look like several. */
const SHORT_EXAMPLE = 40;

function FieldTable({ fields }: { readonly fields: readonly ContractField[] }) {
  const isDescribed = fields.some(({ description }) => description !== null);
  return (
    <Scroll label="Columns">
      <table class="table-wide">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Holds</th>
            <th scope="col">Rules</th>
            <th scope="col">For example</th>
            {isDescribed && <th scope="col">Meaning</th>}
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field.name}>
              <th scope="row">
                <CellText cell={field.header} />
                {field.header !== field.name && (
                  <div class="header-alias">
                    here called <CellText cell={field.name} />
                  </div>
                )}
              </th>
              <td class="text">
                <CellText cell={field.type} />
              </td>
              <td class="text">
                {field.required ? 'must not be empty' : <span class="muted">may be empty</span>}
                {field.rules.map((rule) => (
                  <div key={rule}>
                    <CellText cell={rule} />
                  </div>
                ))}
              </td>
              <td>
                {field.examples.map((example) => (
                  <div key={example}>
                    <code class={example.length <= SHORT_EXAMPLE ? 'nowrap' : ''}>
                      <CellText cell={example} max={60} />
                    </code>
                  </div>
                ))}
              </td>
              {isDescribed && (
                <td class="text">{field.description !== null && <CellText cell={field.description} />}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Example({ name, example }: { readonly name: string; readonly example: string }) {
  const lines = example.trimEnd().split(/\r\n|\n/);
  return (
    <>
      <h3>A file that is accepted begins like this</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      <pre tabIndex={0}>
        {lines.map((line, at) => (
          <div key={at}>{line === '' ? ' ' : <CellText cell={line} max={2000} />}</div>
        ))}
      </pre>
      <div class="bar screen-only">
        <CopyButton text={() => example} label="Copy the example" />
        <button type="button" onClick={() => downloadText(`${name}-example.csv`, example)}>
          Download the example
        </button>
      </div>
    </>
  );
}
