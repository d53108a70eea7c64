// The words of sluice.yaml, and what is wrong with others.
import * as z from 'zod';
import { checkedYaml } from '../definitions/checked-yaml.ts';
import { locationProblem } from './location-text.ts';
import { variableIn } from './named-variable.ts';

const location = z
  .string()
  .min(1)
  .superRefine((text, { addIssue }) => {
    const message = locationProblem(text);
    if (message !== undefined) addIssue({ code: 'custom', message });
  });
/** An address, or the name of an environment variable that holds it. */
const webhook = z.string().refine((text) => variableIn(text) !== undefined || /^https?:\/\/./.test(text), {
  message: 'it must be an address, https://…, or an environment variable that holds one, $NAME',
});
const command = z.unknown().refine((value) => isCommand(value), {
  message:
    'it must be a list of texts, [program, argument, …], such as [python3, notify.py]; [sh, -c, "…"] runs a line of a shell',
});
const notifyWords = z.strictObject({ webhook: webhook.optional(), command: command.optional() });
const configWords = z.strictObject({
  landing: location.optional(),
  lake: location.optional(),
  schemas: location.optional(),
  notify: notifyWords.optional(),
});

function isCommand(value: unknown): value is readonly string[] {
  const [program] = Array.isArray(value) ? value : [];
  return (
    Array.isArray(value) &&
    value.every((part) => typeof part === 'string') &&
    program !== '' &&
    value.length > 0
  );
}

/** How people are told: see docs/notifications.md. */
export type NotifyConfig = { readonly webhook?: string; readonly command?: readonly string[] };

export type Config = Omit<z.infer<typeof configWords>, 'notify'> & {
  readonly notify?: NotifyConfig;
  /** The absolute path of the file. */
  readonly file: string;
};

/** `file`: its absolute path. Throws DefinitionError with the line. */
export function parseConfig(file: string, text: string): Config {
  const { data } = checkedYaml({ file, text, firstLine: 1, what: 'configuration', wordsAt }, configWords);
  const { notify, ...locations } = data;
  return { ...locations, ...(notify ? { notify: notify as NotifyConfig } : {}), file };
}

function wordsAt([word]: readonly PropertyKey[]): readonly string[] {
  return Object.keys(word === 'notify' ? notifyWords.shape : configWords.shape);
}
