// What the stack tells its functions by their environment, for suites and benches that run the bundle in processes of this machine.
import { SETTINGS } from '../../lib/aws/environment.ts';
import { largestSourceBytes } from '../../lib/aws/limits.ts';
import type { StackOutputs } from '../../localstack/deploy.ts';

/** As the stack's own defaults: lib/stacks/sluice-props.ts. */
export const MEMORY_MB = 3008;
const [DISK_MB, TIMEOUT_SECONDS] = [4096, 300];

export type Places = Omit<StackOutputs, 'MaintainFunction'>;

/** Without what names the emulator. */
export function functionSettings(
  stage: string,
  places: Places,
  memoryMb = MEMORY_MB,
): Record<string, string> {
  return {
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    [SETTINGS.stage]: stage,
    [SETTINGS.landingBucket]: places.LandingBucket,
    [SETTINGS.lakeBucket]: places.LakeBucket,
    [SETTINGS.filesQueueUrl]: places.FilesQueueUrl,
    [SETTINGS.refreshQueueUrl]: places.RefreshQueueUrl,
    [SETTINGS.pageQueueUrl]: places.PageQueueUrl,
    [SETTINGS.filesDeadLettersUrl]: places.FilesDeadLetterQueueUrl,
    [SETTINGS.refreshDeadLettersUrl]: places.RefreshDeadLetterQueueUrl,
    [SETTINGS.maxSourceBytes]: String(largestSourceBytes(DISK_MB, TIMEOUT_SECONDS)),
    [SETTINGS.diskMb]: String(DISK_MB),
  };
}
