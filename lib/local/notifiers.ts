// From `notify` in sluice.yaml to what tells: which channels there are, and what is missing for one. Tells nobody.
import { dirname } from 'node:path';
import { commandNotifier } from '../adapters/command-notifier.ts';
import { webhookNotifier } from '../adapters/webhook-notifier.ts';
import type { Notifier } from '../ports.ts';
import type { Config } from './config.ts';
import { variableIn } from './named-variable.ts';

export type Channels = {
  readonly notifiers: readonly Notifier[];
  /** Sentences, one for each channel that is set and cannot be used. They hold no address. */
  readonly problems: readonly string[];
};

export function channelsOf(config: Config | undefined, environment: NodeJS.ProcessEnv): Channels {
  if (config?.notify === undefined) return { notifiers: [], problems: [] };
  const { webhook, command } = config.notify;
  const notifiers: Notifier[] = [];
  const problems: string[] = [];
  if (webhook !== undefined) {
    const url = addressOf(webhook, environment);
    if (typeof url === 'string') problems.push(`notify.webhook in ${config.file} ${url}`);
    else notifiers.push(webhookNotifier(url));
  }
  if (command !== undefined)
    notifiers.push(commandNotifier(command, { folder: dirname(config.file), environment }));
  return { notifiers, problems };
}

/** Or the rest of a sentence on why there is none. */
function addressOf(webhook: string, environment: NodeJS.ProcessEnv): URL | string {
  const name = variableIn(webhook);
  const text = name === undefined ? webhook : (environment[name] ?? '');
  if (name !== undefined && text === '')
    return `is the environment variable ${name}, which is not set: set it to the address, or remove notify.webhook`;
  const from = name === undefined ? 'is' : `is the environment variable ${name}, which holds`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return `${from} no address that begins with https://`;
  if (url.username !== '' || url.password !== '')
    return `${from} an address with a user name or a password: use notify.command with curl for it`;
  return url;
}
