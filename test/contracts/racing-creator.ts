// A process of its own that creates a series of keys and prints which of them it won: argv = root, writer's name, number of keys.
import { fileStore } from '../../lib/adapters/file-store.ts';

const [root = '', writer = '', count = '0'] = process.argv.slice(2);
const store = fileStore(root);
const won: string[] = [];
for (let n = 0; n < Number(count); n += 1) {
  const key = `log/${n}.json`;
  if (await store.create(key, new TextEncoder().encode(`${writer}\n`.repeat(2000)))) won.push(key);
}
process.stdout.write(JSON.stringify(won));
