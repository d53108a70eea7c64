// A Lambda-like process: `function-worker.mjs <bundle>/<name>.mjs` imports the handler, then answers events one by one, and
// tells which requests it made. Plain JavaScript without dependencies, so that what starts is the bundle and nothing else.
import { subscribe } from 'node:diagnostics_channel';

let requests = [];
const known = new WeakMap();
subscribe('http.client.request.start', ({ request }) => {
  const { method, path } = request;
  const said = { method, path, target: request.getHeader('x-amz-target') };
  known.set(request, said);
  requests.push(said);
});
subscribe('http.client.response.finish', ({ request, response }) => {
  Object.assign(known.get(request) ?? {}, { status: response.statusCode });
});

const { handler } = await import(process.argv[2]);
process.send({ initMs: performance.now() });

process.on('message', async ({ event, timeoutMs }) => {
  const started = performance.now();
  const context = {
    awsRequestId: 'bench',
    functionName: 'bench',
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => timeoutMs - (performance.now() - started),
  };
  try {
    const answer = (await handler(event, context)) ?? null;
    const ms = performance.now() - started;
    process.send({ answer, ms, requests, peakMb: process.resourceUsage().maxRSS / 1024 });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
  requests = [];
});
