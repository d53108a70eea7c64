// The world that a test file's tests share: opened before the first, closed after the last.
import { afterAll, beforeAll } from 'vitest';
import { openWorld, type World } from './shop-lake.ts';

/** To be called where the file's tests stand; what it returns is there once they run. `open`: other definitions than the shop's. */
export function useWorld(open: () => Promise<World> = openWorld): World {
  let opened: World | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  const close = async () => opened?.close();
  afterAll(close);
  const world = (): World => {
    if (opened === undefined) throw new Error('the world opens with the first test');
    return opened;
  };
  return {
    get sql() {
      return world().sql;
    },
    get catalog() {
      return world().catalog;
    },
    get scratch() {
      return world().scratch;
    },
    close,
  };
}
