// AWS's errors as sentences with the next step: the one translation of the S3 and SQS adapters.
import { CliError } from '../errors.ts';

/** The parts of an SDK error that decide what it means; each may be missing. */
type SdkError = Error & {
  readonly code?: string;
  readonly Code?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
};

const CREDENTIALS =
  'there are no AWS credentials here: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run "aws sso login"';
const EXPIRED =
  'the credentials have expired: sign in again ("aws sso login") or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN again';
const WRONG_KEY =
  'AWS does not recognize these credentials: check AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
const FORBIDDEN =
  "these credentials are not allowed to do that: allow it in their policy and in the resource's policy (reading S3 needs s3:GetObject and s3:ListBucket: without the latter an absent object looks forbidden), and allow the key if it is encrypted with KMS";
const SLOW = 'AWS throttled these requests after several attempts: run it again in a few minutes';
const DOWN = 'AWS reported an internal error after several attempts: run it again in a few minutes';
const NO_REGION =
  'the region is unknown: set AWS_REGION to that of the bucket or queue, for example AWS_REGION=eu-central-1';
const BAD_HEAD =
  'AWS refused the request without a reason: the credentials may have expired ("aws sso login"), or AWS_REGION is wrong';
const UNREACHABLE =
  'nothing answers at this address: check AWS_ENDPOINT_URL (is the emulator running? "npm run localstack" starts one), the network and the proxy';

const NEXT_STEPS: Readonly<Record<string, string>> = {
  AccessDenied: FORBIDDEN,
  AccessDeniedException: FORBIDDEN,
  AllAccessDisabled: FORBIDDEN,
  'KMS.AccessDeniedException': FORBIDDEN,
  KmsAccessDenied: FORBIDDEN,
  NoSuchBucket: 'there is no such bucket: check its name and the account, or create it',
  InvalidBucketName: 'that is not a bucket name: check it',
  InvalidObjectState: 'the object is archived: restore it to a readable storage class, or remove it',
  KeyTooLongError: 'the key is longer than 1024 bytes, the maximum of S3: shorten it',
  CredentialsProviderError: CREDENTIALS,
  TokenProviderError: EXPIRED,
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  TokenRefreshRequired: EXPIRED,
  InvalidAccessKeyId: WRONG_KEY,
  InvalidClientTokenId: WRONG_KEY,
  InvalidToken: WRONG_KEY,
  UnrecognizedClientException: WRONG_KEY,
  SignatureDoesNotMatch: WRONG_KEY,
  RequestTimeTooSkewed: "this machine's clock is wrong: correct it",
  QueueDoesNotExist: 'there is no such queue: check its URL and region, or deploy the stack',
  'AWS.SimpleQueueService.NonExistentQueue':
    'there is no such queue: check its URL and region, or deploy the stack',
  SlowDown: SLOW,
  Throttling: SLOW,
  ThrottlingException: SLOW,
  RequestThrottled: SLOW,
  TooManyRequestsException: SLOW,
  ConditionalRequestConflict: 'other writers kept writing to it at the same time: run it again',
  InternalError: DOWN,
  ServiceUnavailable: DOWN,
  ECONNREFUSED: UNREACHABLE,
  ECONNRESET: 'the connection was cut several times: check the network and the proxy, and run it again',
  EPIPE: 'the connection was cut several times: check the network and the proxy, and run it again',
  ENOTFOUND: 'its host name is unknown: check AWS_REGION, AWS_ENDPOINT_URL and the network',
  EAI_AGAIN: 'its host name cannot be looked up: check the network',
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  TimeoutError: 'several requests timed out: check the network and the proxy, and run it again',
  CERT_HAS_EXPIRED: 'the TLS certificate there has expired: check AWS_ENDPOINT_URL and the proxy',
  SELF_SIGNED_CERT_IN_CHAIN:
    'the TLS certificate belongs to a proxy: add its certificate authority to NODE_EXTRA_CA_CERTS',
};
/** For answers without a known code: those to HEAD have no body, so only their status remains. */
const STATUS_STEPS: Readonly<Record<number, string>> = {
  401: WRONG_KEY,
  403: FORBIDDEN,
  429: SLOW,
  500: DOWN,
  502: DOWN,
  503: SLOW,
  504: DOWN,
};
const WRONG_REGION = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);

/**
 * `cannot <doing> <what> (<code>): <next step>.` as a CliError if a person can fix it; every other error, including those that
 * were already translated, passes unchanged.
 */
export function awsError(error: unknown, doing: string, what: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof CliError) return error;
  const meaning = meaningOf(error);
  if (meaning === undefined) return error;
  return new CliError(`cannot ${doing} ${what} (${meaning.code}): ${meaning.step}.`, 1, { cause: error });
}

type Meaning = { readonly code: string; readonly step: string };

function meaningOf(error: SdkError): Meaning | undefined {
  const status = error.$metadata?.httpStatusCode;
  if (error.message.includes('Region is missing')) return { code: 'no region', step: NO_REGION };
  if (WRONG_REGION.has(error.name) || status === 301)
    return { code: namedOr(error, status), step: wrongRegion(error) };
  for (const code of [error.name, error.Code, error.code]) {
    const step = code === undefined ? undefined : NEXT_STEPS[code];
    if (code !== undefined && step !== undefined) return { code, step };
  }
  const step = status === undefined ? undefined : STATUS_STEPS[status];
  if (step !== undefined) return { code: namedOr(error, status), step };
  return status === 400 && isNameless(error) ? { code: 'HTTP 400', step: BAD_HEAD } : undefined;
}

function wrongRegion(error: SdkError): string {
  const expecting = /expecting '([^']+)'/.exec(error.message)?.[1];
  const region = error.Region ?? expecting ?? error.$response?.headers?.['x-amz-bucket-region'];
  return `it is in another region: set AWS_REGION${region === undefined ? ' to that of the bucket' : `=${region}`}`;
}

/** The SDK's name for an answer without a body. */
function isNameless({ name }: SdkError): boolean {
  return /^(?:\d+|Unknown|UnknownError|Error|S3ServiceException|Forbidden|BadRequest)$/.test(name);
}

function namedOr(error: SdkError, status: number | undefined): string {
  return isNameless(error) && status !== undefined ? `HTTP ${status}` : error.name;
}

/** The answer's HTTP status, if there was one. */
export function statusOf(error: unknown): number | undefined {
  return (error as SdkError | undefined)?.$metadata?.httpStatusCode;
}

/** The object is absent (not its bucket, except after HEAD, whose answer does not distinguish them). */
export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 && (error as SdkError).name !== 'NoSuchBucket';
}
