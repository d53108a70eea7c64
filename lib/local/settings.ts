// Where a verb finds landing, the lake and the definitions if no option says it: the environment, then sluice.yaml, then a default.
import { type Config, locatedBy } from './config.ts';

export type Setting = {
  readonly value: string;
  /** Who chose it, for messages: `$SLUICE_LAKE`, or the path of sluice.yaml. Undefined for a default. */
  readonly by?: string;
};

/** Option name → its value if it is not given. */
export type Settings = ReadonlyMap<string, Setting>;

const DEFAULTS = { landing: '.lake/landing', lake: '.lake/lake', schemas: 'schemas' } as const;

export type LocationName = keyof typeof DEFAULTS;

export const LOCATION_DEFAULTS: Readonly<Record<LocationName, string>> = DEFAULTS;

/** Empty variables count as missing. A default is relative to the project, if there is one. */
export function settingsFrom(environment: NodeJS.ProcessEnv, config: Config | undefined): Settings {
  return new Map(
    (Object.keys(DEFAULTS) as LocationName[]).map((name) => [name, setting(name, environment, config)]),
  );
}

function setting(name: LocationName, environment: NodeJS.ProcessEnv, config: Config | undefined): Setting {
  const variable = variableOf(name);
  const fromEnvironment = environment[variable] ?? '';
  if (fromEnvironment !== '') return { value: fromEnvironment, by: `$${variable}` };
  if (config === undefined) return { value: DEFAULTS[name] };
  const written = config[name];
  if (written === undefined) return { value: locatedBy(config, DEFAULTS[name]) };
  return { value: locatedBy(config, written), by: config.file };
}

/** `SLUICE_LAKE` */
export function variableOf(name: LocationName): string {
  return `SLUICE_${name.toUpperCase()}`;
}
