import { QueueDoesNotExist, SQSServiceException } from '@aws-sdk/client-sqs';

/** The queue does not exist, or SQS hides it from us. */
export class QueueMissingError extends Error {
  override readonly name = 'QueueMissingError';
  readonly queueName: string;

  constructor(queueName: string, options?: ErrorOptions) {
    super(
      `there is no queue ${queueName} in this account and region: ` +
        'name the fleet with --aws-prefix as it was deployed, or deploy it',
      options,
    );
    this.queueName = queueName;
  }
}

/** The credentials may not do this to the queue. */
export class QueueAccessError extends Error {
  override readonly name = 'QueueAccessError';
  readonly queueName: string;
  /** As IAM writes it: `sqs:ReceiveMessage`. */
  readonly action: string;

  constructor(queueName: string, action: string, options?: ErrorOptions) {
    super(`no permission for ${action} on queue ${queueName}: allow it to the role that this program runs as`, options);
    this.queueName = queueName;
    this.action = action;
  }
}

export interface MessageNotSent {
  /** The job's id, or a description of a message that names no job. */
  readonly subject: string;
  readonly reason: string;
}

/** Some messages are not on the queue; those that are not named are, or may be. Enqueue all of them again. */
export class MessagesNotSentError extends Error {
  override readonly name = 'MessagesNotSentError';
  readonly queueName: string;
  readonly notSent: readonly MessageNotSent[];

  constructor(queueName: string, notSent: readonly MessageNotSent[]) {
    const [first] = notSent;
    const others = notSent.length > 1 ? `, and ${notSent.length - 1} more like it` : '';
    super(`queue ${queueName} did not take the message of ${first?.subject ?? '?'}: ${first?.reason ?? '?'}${others}`);
    this.queueName = queueName;
    this.notSent = notSent;
  }
}

/** SQS's codes for the handle of a message that went back to its queue, to another agent, or was deleted. */
const LOST_HANDLE_CODES = ['ReceiptHandleIsInvalid', 'MessageNotInflight', 'InvalidParameterValue'];
const NO_ACCESS_CODES = ['AccessDenied', 'KmsAccessDenied'];

export function isLostHandle(error: unknown): boolean {
  return hasCode(error, LOST_HANDLE_CODES);
}

/** The error to throw when `action` on the queue failed with `error`. */
export function explainSqsError(error: unknown, queueName: string, action: string): unknown {
  if (error instanceof QueueDoesNotExist) return new QueueMissingError(queueName, { cause: error });
  if (hasCode(error, NO_ACCESS_CODES)) return new QueueAccessError(queueName, action, { cause: error });
  return error;
}

/** Errors without a class in the SDK are named as SQS names them, with or without affixes, by protocol and version. */
function hasCode(error: unknown, codes: readonly string[]): boolean {
  if (!(error instanceof SQSServiceException)) return false;
  const name = error.name.replace(/Exception$/, '').replace(/^.*\./, '');
  return codes.includes(name);
}
