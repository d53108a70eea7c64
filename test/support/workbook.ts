// Writes Excel workbooks from the XML of their rows, and from what else a test is about. Shares no code with the reader.
import { type ZipPart, zipBytes } from './zip-writer.ts';

export type WorkbookParts = {
  /** By the sheet's name: what stands in its sheetData. */
  readonly sheets: Readonly<Record<string, string>>;
  /** The `si` elements of the texts that cells share. */
  readonly shared?: string;
  /** What stands in the style sheet, around nothing. */
  readonly styles?: string;
  /** Attributes of workbookPr. */
  readonly properties?: string;
  /** Parts by name: further ones, or others in the place of those that are written here. `null`: left out. */
  readonly parts?: Readonly<Record<string, string | Buffer | null>>;
  /** Of the zip archive, by the part's name. */
  readonly zip?: Readonly<Record<string, Partial<ZipPart>>>;
};

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

export function workbookBytes({
  sheets,
  shared,
  styles,
  properties = '',
  parts = {},
  zip = {},
}: WorkbookParts): Buffer {
  const names = Object.keys(sheets);
  const listed = names.map(
    (name, i) => `<sheet name="${escaped(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`,
  );
  const relations = names.map((_, i) => relation(`rId${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`));
  if (shared !== undefined) relations.push(relation('rShared', 'sharedStrings', 'sharedStrings.xml'));
  if (styles !== undefined) relations.push(relation('rStyles', 'styles', '/xl/styles.xml'));
  const all: Record<string, string | Buffer | null> = {
    '[Content_Types].xml': `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
    '_rels/.rels': relationships([relation('r', 'officeDocument', 'xl/workbook.xml')]),
    'xl/workbook.xml': `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr ${properties}/><sheets>${listed.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relationships(relations),
    ...Object.fromEntries(
      Object.values(sheets).map((rows, i) => [`xl/worksheets/sheet${i + 1}.xml`, sheetXml(rows)]),
    ),
    ...(shared === undefined ? {} : { 'xl/sharedStrings.xml': `${XML}<sst xmlns="${MAIN}">${shared}</sst>` }),
    ...(styles === undefined
      ? {}
      : { 'xl/styles.xml': `${XML}<styleSheet xmlns="${MAIN}">${styles}</styleSheet>` }),
    ...parts,
  };
  return zipBytes(
    Object.entries(all).flatMap(([name, text]) =>
      text === null ? [] : [{ name, bytes: Buffer.from(text), ...zip[name] }],
    ),
  );
}

export function sheetXml(rows: string): string {
  return `${XML}<worksheet xmlns="${MAIN}"><dimension ref="A1"/><sheetData>${rows}</sheetData><pageMargins left="1" right="1" top="1" bottom="1" header="0" footer="0"/></worksheet>`;
}

/** A row of texts and numbers; for `undefined` the cell is left out. */
export function row(number: number, ...values: readonly (string | number | undefined)[]): string {
  const cells = values.map((value, i) => {
    const r = `${String.fromCharCode(65 + i)}${number}`;
    if (value === undefined) return '';
    if (typeof value === 'number') return `<c r="${r}"><v>${value}</v></c>`;
    return `<c r="${r}" t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;
  });
  return `<row r="${number}">${cells.join('')}</row>`;
}

/** Cell formats with these number formats, by number or by code; the style of a cell is its place among them. */
export function styled(...formats: readonly (number | string)[]): string {
  const codes = formats.filter((format) => typeof format === 'string');
  const ids = formats.map((format) => (typeof format === 'number' ? format : 164 + codes.indexOf(format)));
  const own = codes.map((code, i) => `<numFmt numFmtId="${164 + i}" formatCode="${escaped(code)}"/>`);
  return `<numFmts>${own.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${ids.map((id) => `<xf numFmtId="${id}"/>`).join('')}</cellXfs>`;
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(']]>', ']]&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}

function relation(id: string, type: string, target: string): string {
  return `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
}

function relationships(all: readonly string[]): string {
  return `${XML}<Relationships xmlns="${PACKAGE}">${all.join('')}</Relationships>`;
}
