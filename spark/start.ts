// `npm run spark`: a Spark cluster of two workers on this machine, until Ctrl-C. Prints what to give to `--spark`.
import { parseArgs } from 'node:util';
import { startCluster } from './cluster.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '7077' }, workers: { type: 'string', default: '2' } },
});

try {
  const cluster = await startCluster({ port: Number(values.port), workers: Number(values.workers) });
  const settings = Object.entries(cluster.environment).filter(([name]) => name !== 'PATH');
  const path = cluster.environment.PATH?.split(':')[0];
  process.stdout.write(
    [
      `Spark runs at ${cluster.master}, its workers of one core each: ${values.workers}. Ctrl-C ends it.`,
      '',
      'In another terminal:',
      `  export PATH='${path}':"$PATH" ${settings.map(([name, value]) => `${name}='${value}'`).join(' ')}`,
      `  npx sluice sync --spark 'spark-submit --master ${cluster.master}'`,
      '',
    ].join('\n'),
  );
  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    await cluster.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  // Nothing else keeps this process.
  setInterval(() => undefined, 1 << 30);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
