// An emulator that answers, by the shortest way: one that is there, Docker, or Python packages.
import { answers, type EmulatorKind, startEmulator } from './emulators.ts';
import { dockerAnswers, type Running, remember, remembered, startDocker } from './running.ts';

export type Ways = {
  /** Only this one; undefined: what answers, else Docker where its engine runs, else MiniStack. */
  readonly way?: 'ministack' | 'localstack' | 'docker';
  readonly port: number;
  /** AWS_ENDPOINT_URL. */
  readonly given: string | undefined;
};
export type Obtained = { readonly title: string; readonly endpoint: string; readonly isNew: boolean };

const TITLES = { ministack: 'MiniStack', localstack: 'LocalStack', docker: 'LocalStack in Docker' };

/** It stays when this process ends; `stop` of running.ts ends it. Throws where none can be had. */
export async function obtainEmulator({ way, port, given }: Ways): Promise<Obtained> {
  if (way === undefined && given && (await answers(given)))
    return { title: 'The endpoint in AWS_ENDPOINT_URL', endpoint: given, isNew: false };
  const running = remembered();
  if (running && (await answers(running.endpoint))) {
    if (way !== undefined && running.title !== TITLES[way])
      throw new Error(`${running.title} runs already: stop it first, with "npm run localstack -- stop".`);
    return { ...running, isNew: false };
  }
  const started = await start(way ?? (dockerAnswers() ? 'docker' : 'ministack'), port);
  remember(started);
  return { ...started, isNew: true };
}

async function start(way: 'docker' | EmulatorKind, port: number): Promise<Running> {
  const endpoint = `http://127.0.0.1:${port}`;
  if (await answers(endpoint))
    throw new Error(
      `Something else answers at ${endpoint}: stop it, choose a port (--port), or set AWS_ENDPOINT_URL to use it.`,
    );
  process.stderr.write(`Starting ${TITLES[way]} at ${endpoint} …\n`);
  if (way === 'docker') {
    startDocker('sluice', port);
    return { title: TITLES.docker, endpoint, process: 'docker' };
  }
  const { pid } = await startEmulator(way, { port, detached: true });
  if (pid === undefined) throw new Error(`${TITLES[way]} has no process.`);
  return { title: TITLES[way], endpoint, process: { pid } };
}
