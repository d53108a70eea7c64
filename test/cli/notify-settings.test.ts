import { describe, expect, it } from 'vitest';
import { startSluice } from './harness.ts';
import { A, B, kinds, project, withWebhook } from './notify-shop.ts';

describe('what others wrote', () => {
  it('is shown in the text and obeyed by no chat: no mention, no link, no line, no end of the quotation', async () => {
    const { shop, webhook } = await withWebhook();
    const names = [
      '<!channel>.csv',
      '<@U123|ann>\n• settled.csv',
      '`*bold* [here](http:evil.example)`.csv',
      '&lt;!here&gt; &#60;.csv',
      '\u202e\u001b[2J R&D.csv',
    ];
    for (const name of names) await shop.write(`shop/day=2024-01-01/${name}`, '<!everyone>,"`\n<b>"\n1,2\n');
    await shop.sync();
    const [told] = webhook.requests;
    expect(told?.notices.map(({ key }) => key).sort()).toEqual(
      names.map((name) => `shop/day=2024-01-01/${name}`).sort(),
    );
    const lines = told?.text.split('\n') ?? [];
    expect(lines).toHaveLength(1 + names.length);
    expect(told?.text).not.toMatch(/[<>\u202e]|&(?=#|\w+;)/);
    for (const line of lines.slice(1)) {
      expect(line).not.toMatch(/\p{Cc}/u);
      expect(line).toMatch(/^• rejected `[^`]+` \(`sales`\): `[^`]+`$/);
    }
    expect(told?.text).toContain('\\u003c!channel\\u003e.csv');
    expect(told?.text).toContain(' R&D.csv');
  });
});

describe('sluice.yaml', () => {
  it.each([
    [
      '  webhook: hooks.example.com/x\n',
      'line 5, notify.webhook: it must be an address, https://…, or an environment variable that holds one, $NAME: correct it',
    ],
    ['  webhook: [a]\n', 'line 5, notify.webhook: it must be a text: correct it'],
    [
      '  command: notify.sh\n',
      'line 5, notify.command: it must be a list of texts, [program, argument, …], such as [python3, notify.py]; [sh, -c, "…"] runs a line of a shell: correct it',
    ],
    ['  command: []\n', 'line 5, notify.command: it must be a list of texts'],
    ['  command: [a, 1]\n', 'line 5, notify.command: it must be a list of texts'],
    [
      '  webhok: x\n',
      'line 5, notify.webhok: "webhok" is not a property of the configuration. Did you mean "webhook"? Known properties: webhook, command',
    ],
  ])('%j names the line', async (notify, message) => {
    expect(await (await project(notify)).sync()).toMatchObject({
      code: 1,
      err: expect.stringContaining(message),
    });
  });

  it('a variable that is not set, or holds no address, is a warning, without its value', async () => {
    for (const [environment, problem] of [
      [
        {},
        'is the environment variable HOOK, which is not set: set it to the address, or remove notify.webhook',
      ],
      [
        { HOOK: 'sesame' },
        'is the environment variable HOOK, which holds no address that begins with https://',
      ],
      [
        { HOOK: 'ftp://sesame/' },
        'is the environment variable HOOK, which holds no address that begins with https://',
      ],
      [
        { HOOK: 'https://ann:sesame@example.com/' },
        'holds an address with a user name or a password: use notify.command with curl for it',
      ],
    ] as const) {
      const shop = await project(`  webhook: \${HOOK}\n`, environment);
      await shop.write(A, 'a,b\n1,2\n');
      const { code, err } = await shop.sync();
      expect(code).toBe(3);
      expect(err).toContain(problem);
      expect(err).not.toContain('sesame');
    }
  });
});

describe('start', () => {
  it('tells while it watches, and never waits for it', async () => {
    const { shop, webhook } = await withWebhook();
    webhook.answer('never');
    await shop.write(A, 'a,b\n1,2\n');
    const running = startSluice(['start'], shop.folder, shop.environment);
    await running.line(/^Watching/);
    await shop.sell(B, 'south,1');
    await running.line(/^sales day=2024-01-02 accepted 1 row/);
    webhook.answer(200);
    await shop.sell(A, 'south,1');
    await running.line(/^sales day=2024-01-01 accepted 1 row/);
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(kinds(webhook.requests[0])).toEqual([['rejected', A]]);
  });

  it('a file that is rejected, and then corrected, is told and put right', async () => {
    const { shop, webhook } = await withWebhook();
    const told = (count: number) =>
      expect.poll(() => webhook.requests.length, { timeout: 30_000 }).toBe(count);
    await shop.sell(B, 'south,1');
    const running = startSluice(['start'], shop.folder, shop.environment);
    await running.line(/^Watching/);
    await shop.write(A, 'a,b\n1,2\n');
    await told(1);
    await shop.sell(A, 'south,1');
    await told(2);
    await shop.remove(B);
    await running.line(/^sales day=2024-01-02 withdrawn/);
    running.process.kill('SIGINT');
    await running.ended;
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]], [['settled', A]]]);
  });
});
