// A store that notes what it is asked for.
import type { ObjectStore } from '../../lib/ports.ts';

/** `key`: the first argument, which for most methods is the object's key. */
export type Call = { readonly method: string; readonly key: string };

/** `calls`: in order, and it may be emptied. */
export function notedCalls(store: ObjectStore): { readonly store: ObjectStore; readonly calls: Call[] } {
  const calls: Call[] = [];
  const noting = new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        calls.push({ method: String(name), key: String(args[0]) });
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
  return { store: noting, calls };
}
