// The machines that EMR Serverless runs a job on, and Spark's settings for them. Pure; also used by the stack.
import { engineMemoryMb } from './limits.ts';

/** The engine takes some hundred bytes for each row of a block. */
export const SPARK_BLOCK_BYTES = 256 * 1024 * 1024;
/** Room for the driver and a worker. */
export const LEAST_VCPUS = 8;

/** The folder that a worker unpacks the archive into, below the one that tasks run in. */
const FOLDER = 'sluice';

/** https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/app-behavior.html#worker-configs */
export const WORKER = { vcpus: 4, memoryGb: 16, diskGb: 60 } as const;
/** It only hands out lines and collects them. */
export const DRIVER = { vcpus: 1, memoryGb: 4, diskGb: 20 } as const;

/** Of one executor's Java process: it moves lines. The tasks' own processes have the rest. */
const JAVA_GB = 2;
/** Java's overhead, and the Python processes that hand lines over. */
const RESERVED_GB = 2;
/** A task has a processor to itself. */
const TASK_MB = Math.floor(((WORKER.memoryGb - JAVA_GB - RESERVED_GB) * 1024) / WORKER.vcpus);

/** The words that start a process that does tasks; behind them the locations, the job and its run. */
export const TASK_WORDS: readonly string[] = [`./${FOLDER}/node`, `./${FOLDER}/task.mjs`, 'task'];
export const TASK_MEMORY: readonly string[] = ['--memory', String(engineMemoryMb(TASK_MB))];

/** `archive`: s3://…. `region`: where its tasks find the buckets. */
export function sparkConf(archive: string, region: string | undefined): Record<string, string> {
  return {
    'spark.archives': `${archive}#${FOLDER}`,
    'spark.driver.cores': String(DRIVER.vcpus),
    'spark.driver.memory': `${DRIVER.memoryGb - 1}g`,
    'spark.driver.memoryOverhead': '1g',
    'spark.executor.cores': String(WORKER.vcpus),
    'spark.executor.memory': `${JAVA_GB}g`,
    'spark.executor.memoryOverhead': `${WORKER.memoryGb - JAVA_GB}g`,
    'spark.emr-serverless.executor.disk': `${WORKER.diskGb}G`,
    // The first task is one; more workers come with more tasks, up to the application's maximum capacity.
    'spark.executor.instances': '1',
    ...(region === undefined ? {} : { 'spark.executorEnv.AWS_REGION': region }),
  };
}

/** The most that all workers of the application may have at once. */
export function capacity(vcpus: number): {
  readonly cpu: string;
  readonly memory: string;
  readonly disk: string;
} {
  const workers = Math.ceil(vcpus / WORKER.vcpus);
  return {
    cpu: `${vcpus} vCPU`,
    memory: `${workers * WORKER.memoryGb} GB`,
    disk: `${workers * WORKER.diskGb} GB`,
  };
}

/** Each run has a driver and at least a worker; more of them wait in AWS's queue. */
export function runsAtOnce(vcpus: number): number {
  return Math.max(1, Math.floor(vcpus / (DRIVER.vcpus + WORKER.vcpus)));
}

const LONGEST_MINUTES = 12 * 60;
/** Sparing the lake's unnamed files for less than this leaves a job too little time. */
export const LEAST_KEPT_MINUTES = 24 * 60;

/**
 * A job's data files are uploaded before the commit that names them, by up to three attempts, and the last may wait for reconcile: all
 * of it must fit into the time after which a sweep takes files that no commit names.
 */
export function timeoutMinutes(keptMinutes: number): number {
  return Math.min(LONGEST_MINUTES, Math.floor(keptMinutes / 4));
}
