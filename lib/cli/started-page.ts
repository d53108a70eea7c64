// The page beside the work of `sluice start`: whatever befalls it, the work goes on.
import type { Effects } from '../lake/effects.ts';
import type { LandingSight } from '../lake/landing-census.ts';
import { LivePage, servedPlace } from '../local/live-page.ts';
import { type PagePlace, type PageServer, servePage } from '../local/serve-page.ts';
import { givenOptions } from './locations.ts';
import { pageWarnings, portOption } from './serving.ts';
import type { Terminal } from './terminal.ts';
import type { Arguments } from './verb.ts';

export class StartedPage {
  readonly #terminal: Terminal;
  readonly #port: number | undefined;
  readonly #place: PagePlace;
  readonly #live: LivePage;
  readonly #failed: (error: unknown) => void;
  #server: PageServer | undefined;

  constructor(args: Arguments, terminal: Terminal, effects: Effects) {
    this.#terminal = terminal;
    this.#port = portOption(args);
    this.#place = servedPlace(effects);
    this.#failed = pageWarnings(terminal);
    this.#live = new LivePage(this.#place, givenOptions(args).all, this.#failed);
  }

  /** Resolves when it is written, or a warning says why not. */
  async written(effects: Effects): Promise<void> {
    await this.#live.renewed(effects);
    await this.#live.end();
  }

  async served(effects: Effects): Promise<void> {
    await this.#live.renewed(effects);
    try {
      this.#server = await servePage(this.#place, this.#port);
      await this.#terminal.out(['', `Look at ${this.#server.url}`]);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Does not wait for it. `seen`: see LivePage. */
  renew(effects: Effects, seen?: LandingSight): void {
    this.#live.renew(effects, seen);
  }

  async end(): Promise<void> {
    await this.#server?.close();
    await this.#live.end();
  }
}
