import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { channelsOf } from '../../lib/local/notifiers.ts';
import { type NotifyOptions, notifyLake } from '../../lib/local/notify-lake.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import { openWebhook, type Taken } from '../support/webhook.ts';
import { sluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

export const A = 'shop/day=2024-01-01/a.csv';
export const B = 'shop/day=2024-01-02/b.csv';

export type Project = Shop & {
  readonly environment: NodeJS.ProcessEnv;
  readonly config: string;
  sync(...args: string[]): ReturnType<typeof sluice>;
};

/** A shop with a sluice.yaml, so that no verb needs an option. */
export async function project(notify: string, more: NodeJS.ProcessEnv = {}): Promise<Project> {
  const shop = await makeShop();
  const config = join(shop.folder, 'sluice.yaml');
  writeFileSync(config, `landing: landing\nlake: lake\nschemas: schemas\nnotify:\n${notify}`);
  const environment = { PATH: process.env.PATH, ...more };
  return {
    ...shop,
    environment,
    config,
    sync: (...args) => sluice(['sync', ...args], { folder: shop.folder, environment }),
  };
}

export async function withWebhook() {
  const webhook = await openWebhook();
  const shop = await project('  webhook: $HOOK\n', { HOOK: webhook.url });
  return { shop, webhook };
}

/** Tells as a sync does at its end, with attempts that are over soon. */
export async function tell(
  shop: Project,
  notify: { webhook?: string; command?: string[] },
  options: NotifyOptions = {},
) {
  const { landing, lake, folder } = shop;
  const local = await openLake({ landing, lake, schemas: join(folder, 'schemas') }, () => {});
  try {
    const { notifiers } = channelsOf({ file: shop.config, notify }, shop.environment);
    return await notifyLake(local, notifiers, { pause: async () => {}, ...options });
  } finally {
    await local.close();
  }
}

export const kinds = (taken: Taken | undefined) =>
  taken?.notices.map(({ kind, key, table }) => [kind, key ?? table]);
