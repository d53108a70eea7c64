// The values that a landing key gives to a dataset's fields: by Hive-style folders (in `a/year=2024/x.csv`, year is 2024) and by
// the captures of its path (see captures.ts). Pure text.
import { type Captured, captureNames, captureReader } from '../core/captures.ts';
import { type Dataset, type Field, fieldFormats, fieldHeaders } from '../core/contract.ts';
import { isDay, isoText, isPattern } from '../core/date-format.ts';
import { quoted } from '../core/violation.ts';

const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/** `text` is null for Hive's own null. Names and texts as written, `%XX` decoded. */
export type HiveFolder = { readonly name: string; readonly text: string | null };

/** `a/year=2024/month=01/x.csv` → year 2024, month 01: the folders that name a value, outermost first. */
export function hiveFolders(key: string): HiveFolder[] {
  return key
    .split('/')
    .slice(0, -1)
    .flatMap((folder) => {
      const equals = folder.indexOf('=');
      if (equals <= 0) return [];
      const text = decodePercent(folder.slice(equals + 1));
      return [{ name: decodePercent(folder.slice(0, equals)), text: text === HIVE_NULL ? null : text }];
    });
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export type PathValues = {
  /** Field name → the value's canonical text (an integer without leading zeros); null if the folder is Hive's null. */
  readonly values: ReadonlyMap<string, string | null>;
  /** Why a file of this key cannot be read: a folder that is not a value of its field, or two that contradict each other. */
  readonly problem?: PathProblem;
  /** Names of folders that match no field. */
  readonly others: readonly string[];
};

export type PathProblem = { readonly text: string; readonly message: string };

/**
 * The dataset's fields with values in the key. A folder has the name of its field; for fields that the dataset takes from
 * the path (see fieldsFromPath) it may also have the name of their header, or differ in case if no name matches exactly.
 * A capture has the name of its field. `said`: what captures() gives for the key, where the caller knows it.
 */
export function pathValues(dataset: Dataset, key: string, said = captures(dataset, key)): PathValues {
  const values = new Map<string, string | null>();
  const { captured, problem: unclear } = said;
  const problems: PathProblem[] = unclear === undefined ? [] : [unclear];
  const folders = hiveFolders(key).map((folder) => ({ ...folder, owner: ownerOf(dataset, folder.name) }));
  for (const field of dataset.fields) {
    const near = folders.filter(({ owner }) => owner?.field === field);
    const exact = near.filter(({ owner }) => owner?.isExact);
    const own = exact.length > 0 ? exact : near;
    const capture = captured.get(field.name);
    const read = [
      ...(capture === undefined ? [] : [readCapture(field, capture)]),
      ...own.map((folder) => readFolder(field, folder)),
    ];
    const broken = read.find((value) => typeof value === 'object' && value !== null);
    if (broken) problems.push(broken);
    else if (read.some((value) => value !== read[0])) problems.push(contradiction(field, own, capture));
    else if (read[0] !== undefined) values.set(field.name, read[0] as string | null);
  }
  const [problem] = problems;
  const others = folders.filter(({ owner }) => owner === undefined).map(({ name }) => name);
  return { values, others, ...(problem ? { problem } : {}) };
}

/** `problem`: the key can be read in several ways. */
export type Captures = { readonly captured: Captured; readonly problem?: PathProblem };

const readers = new WeakMap<Dataset, ReturnType<typeof captureReader>>();

/**
 * What the key says by the captures of the dataset's path, as written; none for a key that does not match. A text that can be
 * divided in several ways counts where only one of them gives every field a value; else it is a problem, and `captured` is
 * what all ways agree in.
 */
export function captures(dataset: Dataset, key: string): Captures {
  const read = readers.get(dataset) ?? captureReader(dataset.path);
  readers.set(dataset, read);
  const { all, isWhole } = read(key);
  const [first = new Map(), ...others] = all;
  if (others.length === 0 && isWhole) return { captured: first };
  const valid = all.filter((reading) => fits(dataset, reading));
  if (valid.length === 1 && isWhole) return { captured: valid[0] as Captured };
  const shown = (valid.length > 0 ? valid : all)
    .slice(0, 2)
    .map((reading) => Array.from(reading, ([name, text]) => `${name} ${quoted(text)}`).join(', '));
  const message = `its name can be read in more than one way by the path ${quoted(dataset.path)}: ${shown.join('; or ')}. Rename the file, or let the path say where each capture ends`;
  const agreed = [...first].filter(
    ([name, text]) => isWhole && others.every((one) => one.get(name) === text),
  );
  return { captured: new Map(agreed), problem: { text: key, message } };
}

function fits({ fields }: Dataset, reading: Captured): boolean {
  return fields.every((field) => {
    const text = reading.get(field.name);
    return text === undefined || typeof readCapture(field, text) !== 'object' || text === HIVE_NULL;
  });
}

/** The names of the fields that the contract expects in the path: partition fields, and those named in its glob. */
function fieldsFromPath(dataset: Dataset): string[] {
  return [...dataset.partitionFields, ...globbedFields(dataset)];
}

/** The names of the fields that the glob names: year and month for `billing/year=*` and `month=*`, day for `{day}.csv`. */
export function globbedFields(dataset: Pick<Dataset, 'path' | 'fields'>): string[] {
  const folders = hiveFolders(dataset.path).map(({ name }) => name.toLowerCase());
  const captured = captureNames(dataset.path);
  const isNamed = (field: Field) =>
    captured.includes(field.name) ||
    [field.name, ...fieldHeaders(field)].some((name) => folders.includes(name.toLowerCase()));
  return dataset.fields.filter(isNamed).map(({ name }) => name);
}

/** The field that a folder of this name belongs to. */
function ownerOf(dataset: Dataset, folder: string): { field: Field; isExact: boolean } | undefined {
  const named = dataset.fields.find(({ name }) => name === folder);
  if (named) return { field: named, isExact: true };
  const expected = fieldsFromPath(dataset);
  const fields = dataset.fields.filter(({ name }) => expected.includes(name));
  const headed = fields.find((field) => fieldHeaders(field).includes(folder));
  if (headed) return { field: headed, isExact: true };
  const isNear = (name: string) => name.toLowerCase() === folder.toLowerCase();
  const near = fields.find(({ name }) => isNear(name));
  const [first, second] = near ? [near] : fields.filter((field) => fieldHeaders(field).some(isNear));
  return first && second === undefined ? { field: first, isExact: false } : undefined;
}

function readFolder(field: Field, { name, text }: HiveFolder): string | null | PathProblem {
  if (text === null) return null;
  if (text === '') {
    const message = `the folder ${name}= has no value for ${field.name}: name the value; ${HIVE_NULL} stands for none`;
    return { text, message };
  }
  const value = canonical(field, text);
  if (value !== undefined) return value;
  const message = `the folder ${name}=${text} is not ${article(field.type)} for ${field.name}: move the file to a folder with a valid value`;
  return { text, message };
}

function readCapture(field: Field, text: string): string | null | PathProblem {
  if (text === HIVE_NULL) return null;
  const value = field.type === 'date' ? dateText(field, text) : canonical(field, text);
  if (value !== undefined) return value;
  const formats = fieldFormats(field).filter(isPattern);
  const written = formats.length === 0 ? '' : ` in the format ${formats.map(quoted).join(' or ')}`;
  const message = `${quoted(text)}, which the path captures as {${field.name}}, is not ${article(field.type)}${written} for ${field.name}: rename the file so that its name has a valid value`;
  return { text, message };
}

/** Of a date that is written in one of the field's formats. */
function dateText(field: Field, text: string): string | undefined {
  for (const format of fieldFormats(field)) {
    const day = isPattern(format) ? isoText('date', format, text) : text;
    if (day !== undefined && isDay(day)) return day;
  }
  return undefined;
}

/** Types whose values a key cannot give: a key has no place for most of them. */
export function isInKeys({ type }: Pick<Field, 'type'>): boolean {
  return !['number', 'datetime', 'time', 'object', 'array'].includes(type);
}

function article(type: string): string {
  return `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`;
}

function contradiction(
  field: Field,
  folders: readonly HiveFolder[],
  capture: string | undefined,
): PathProblem {
  const said = [
    ...(capture === undefined ? [] : [`{${field.name}} is ${capture}`]),
    ...folders.map(({ name, text }) => `${name}=${text ?? HIVE_NULL}`),
  ];
  const message = `the path says ${field.name} in more than one way (${said.join(', ')}): leave one of them`;
  return { text: said.join(', '), message };
}

function canonical(field: Field, text: string): string | undefined {
  if (field.type === 'integer')
    return /^[+-]?\d{1,18}$/.test(text) ? BigInt(text.replace('+', '')).toString() : undefined;
  if (field.type === 'date') return isDay(text) ? text : undefined;
  if (field.type === 'boolean') return booleanText(field, text);
  if (field.type === 'year') return /^\d{4}$/.test(text) ? String(Number(text)) : undefined;
  if (field.type === 'yearmonth') return /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? text : undefined;
  return field.type === 'string' || field.type === 'any' ? text : undefined;
}

function booleanText(field: Field, text: string): string | undefined {
  if (field.trueValues.includes(text)) return 'true';
  if (field.falseValues.includes(text)) return 'false';
  return text === 'true' || text === 'false' ? text : undefined;
}
