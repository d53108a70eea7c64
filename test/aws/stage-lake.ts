// A deployed stage with its lake, as the end-to-end suite watches them: when all is delivered, whether the lake equals a clean
// local one over the same landing, what stands among the dead letters.
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { expect } from 'vitest';
import { tablePrefix } from '../../lib/core/insight.ts';
import { lakeStatus } from '../../lib/inspect/lake-status.ts';
import { sluice } from '../cli/harness.ts';
import { makeTemp, removeTemp } from '../support/temp.ts';
import { DeployedStack } from './deployed-stack.ts';
import { allTables, compareLakes, openRemoteLake, openTwin, type RemoteLake } from './lake-twin.ts';
import { target } from './target.ts';

const PATIENCE_MS = target.endpoint === undefined ? 900_000 : 240_000;
const SCHEMAS = join(import.meta.dirname, '../../schemas');
const POISON = '{"neither":"a notification nor ours"}';

export type Letters = {
  readonly letters: { readonly queue: string; readonly about: string[]; readonly reason: string }[];
};

/** Asks again and again; throws when it has waited in vain. */
export async function until(what: string, condition: () => Promise<boolean>, everyMs = 200): Promise<void> {
  const giveUp = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > giveUp) throw new Error(`waited in vain for: ${what}`);
    await after(everyMs);
  }
}

export class StageLake {
  readonly stack: DeployedStack;
  lake: RemoteLake;
  /** A folder of its own, once it was updated. */
  private schemas: string | undefined;
  /** Messages that no function can ever take. */
  poisons = 0;

  private constructor(stack: DeployedStack, lake: RemoteLake) {
    this.stack = stack;
    this.lake = lake;
  }

  static async deploy(): Promise<StageLake> {
    const stack = await DeployedStack.deploy();
    return new StageLake(stack, await openRemoteLake(stack.outputs));
  }

  /** From now on the lake is that of the shipped definitions and of one more: an insight's SQL text by its path. */
  async update(path: string, insight: string): Promise<void> {
    const schemas = makeTemp();
    this.schemas = schemas;
    await cp(SCHEMAS, schemas, { recursive: true });
    await writeFile(join(schemas, path), insight);
    await this.stack.update(schemas);
    await this.lake.close();
    this.lake = await openRemoteLake(this.stack.outputs, schemas);
  }

  async poison(): Promise<void> {
    await this.stack.say(POISON);
    this.poisons += 1;
  }

  openTwin() {
    return openTwin(this.lake.effects.landing, this.schemas);
  }

  /** The number of rows in all tables, which are those of a clean local lake. */
  async expectLocalRows(): Promise<number> {
    await until('a settled lake', () => this.isSettled());
    const twin = await this.openTwin();
    try {
      const { rows, differences } = await compareLakes(this.lake.effects, twin.effects);
      expect(differences).toEqual([]);
      return rows;
    } finally {
      await twin.close();
    }
  }

  /** The queues are empty, and the lake stands on what landing holds. */
  async isSettled(): Promise<boolean> {
    if (!(await this.queuesAreEmpty())) return false;
    const { datasets, derived } = await lakeStatus(this.lake.effects);
    return (
      datasets.every(({ waiting, vanished }) => waiting === 0 && vanished.length === 0) &&
      derived.every(({ behind, stale }) => behind === 0 && stale.length === 0)
    );
  }

  async filesAreDelivered(): Promise<boolean> {
    return (await this.undelivered()).files === 0;
  }

  async queuesAreEmpty(): Promise<boolean> {
    const { files, refreshes } = await this.undelivered();
    return files === 0 && refreshes === 0;
  }

  private async undelivered() {
    const of = async (queue: Parameters<DeployedStack['count']>[0]) => {
      const { waiting, hidden } = await this.stack.count(queue);
      return waiting + hidden;
    };
    // What a file's message leads to is in the refresh queue before the message is gone: so it is counted after it.
    const files = (await of('FilesQueueUrl')) + (await of('FilesDeadLetterQueueUrl'));
    const refreshes = (await of('RefreshQueueUrl')) + (await of('RefreshDeadLetterQueueUrl'));
    return { files: files - this.poisons, refreshes };
  }

  async poisonIsDead(): Promise<boolean> {
    return (await this.stack.count('FilesDeadLetterQueueUrl')).waiting === this.poisons;
  }

  async deadLetters(): Promise<Letters> {
    const { code, out, err } = await sluice(['dead-letters', ...this.deadLetterQueues(), '--format', 'json']);
    if (code !== 0) throw new Error(err);
    return JSON.parse(out) as Letters;
  }

  deadLetterQueues(): string[] {
    const { FilesDeadLetterQueueUrl, RefreshDeadLetterQueueUrl } = this.stack.outputs;
    return ['--files-dlq', FilesDeadLetterQueueUrl, '--refresh-dlq', RefreshDeadLetterQueueUrl];
  }

  /** Of every table: its newest. */
  async versions(): Promise<Record<string, number | undefined>> {
    const { effects } = this.lake;
    const found: Record<string, number | undefined> = {};
    for (const table of allTables(effects))
      found[tablePrefix(table)] = (await effects.tables.latest(tablePrefix(table)))?.version;
    return found;
  }

  /** AWS itself keeps nothing of it; an emulator's buckets end with the emulator. */
  async close(): Promise<void> {
    await this.lake.close();
    if (this.schemas !== undefined) await removeTemp(this.schemas);
    if (target.endpoint === undefined) await this.stack.remove();
    else await this.stack.stopFunctions();
  }
}
