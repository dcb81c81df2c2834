import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  type SendMessageBatchCommandOutput,
  type SendMessageBatchRequestEntry,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

import { explainSqsError } from './sqs-errors.ts';

/** The most messages that one request may carry. */
export const BATCH_MESSAGES = 10;
/** The longest that SQS waits for a message, in seconds. */
export const LONGEST_POLL_SECONDS = 20;

/** A message as it was received. */
export interface SqsMessage {
  readonly id: string;
  /** Names this delivery to SQS until the next. */
  readonly handle: string;
  readonly body: string;
  /** Deliveries so far, this one included, from this queue and those it was in before. */
  readonly deliveries: number;
  readonly sentAtMs: number;
  /** Message attributes that are text, by name. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ReceiveOptions {
  readonly maxMessages: number;
  /** 1 to 20: a poll that does not wait asks only some of SQS's servers, and can miss a message that is there. */
  readonly waitSeconds: number;
  readonly visibilitySeconds: number;
  readonly signal?: AbortSignal;
}

/**
 * One queue of SQS, by its name. Its URL is looked up once.
 *
 * @throws {QueueMissingError} from every method, when the queue does not exist
 * @throws {QueueAccessError} from every method, when a permission is missing
 */
export class SqsQueue {
  readonly name: string;
  readonly #client: SQSClient;
  #url: Promise<string> | undefined;

  constructor(client: SQSClient, name: string) {
    this.#client = client;
    this.name = name;
  }

  async receive(options: ReceiveOptions): Promise<readonly SqsMessage[]> {
    const { Messages } = await this.#ask('ReceiveMessage', (QueueUrl) =>
      this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: options.maxMessages,
          WaitTimeSeconds: options.waitSeconds,
          VisibilityTimeout: options.visibilitySeconds,
          MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
          MessageAttributeNames: ['All'],
        }),
        options.signal === undefined ? {} : { abortSignal: options.signal },
      ),
    );
    return (Messages ?? []).map(readMessage);
  }

  /** A batch that fails in part does not throw: its failures are in `Failed`. */
  async sendBatch(entries: readonly SendMessageBatchRequestEntry[]): Promise<SendMessageBatchCommandOutput> {
    return this.#ask('SendMessage', (QueueUrl) =>
      this.#client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [...entries] })),
    );
  }

  /** Hides the message for `seconds` from now; 0 shows it. */
  async setVisibility(handle: string, seconds: number): Promise<void> {
    await this.#ask('ChangeMessageVisibility', (QueueUrl) =>
      this.#client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: handle, VisibilityTimeout: seconds }),
      ),
    );
  }

  /** Shows up to ten messages to others again. Those that fail become visible when their time is over. */
  async showBatch(handles: readonly string[]): Promise<void> {
    await this.#ask('ChangeMessageVisibility', (QueueUrl) =>
      this.#client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl,
          Entries: handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 })),
        }),
      ),
    );
  }

  async delete(handle: string): Promise<void> {
    await this.#ask('DeleteMessage', (QueueUrl) =>
      this.#client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: handle })),
    );
  }

  /** Deletes up to ten messages. Those that fail become visible when their time is over. */
  async deleteBatch(handles: readonly string[]): Promise<void> {
    await this.#ask('DeleteMessage', (QueueUrl) =>
      this.#client.send(
        new DeleteMessageBatchCommand({
          QueueUrl,
          Entries: handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })),
        }),
      ),
    );
  }

  /** The approximate number of messages: SQS's counts are up to a minute late. */
  async counts(): Promise<{ readonly visible: number; readonly hidden: number }> {
    const { Attributes } = await this.#ask('GetQueueAttributes', (QueueUrl) =>
      this.#client.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      ),
    );
    return {
      visible: Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0),
      hidden: Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    };
  }

  async #ask<Answer>(action: string, request: (url: string) => Promise<Answer>): Promise<Answer> {
    this.#url ??= this.#findUrl();
    const url = await this.#url;
    try {
      return await request(url);
    } catch (error) {
      throw explainSqsError(error, this.name, `sqs:${action}`);
    }
  }

  async #findUrl(): Promise<string> {
    try {
      const { QueueUrl } = await this.#client.send(new GetQueueUrlCommand({ QueueName: this.name }));
      if (QueueUrl === undefined) throw new Error(`SQS returned no URL for queue ${this.name}: try again`);
      return QueueUrl;
    } catch (error) {
      // Looked up again by the next call: the queue may be deployed meanwhile.
      this.#url = undefined;
      throw explainSqsError(error, this.name, 'sqs:GetQueueUrl');
    }
  }
}

function readMessage(message: Message): SqsMessage {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} } = message;
  const attributes = Object.entries(MessageAttributes).flatMap(([name, { StringValue }]) =>
    StringValue === undefined ? [] : [[name, StringValue] as const],
  );
  return {
    id: MessageId,
    handle: ReceiptHandle,
    body: Body,
    deliveries: Number(Attributes.ApproximateReceiveCount ?? 1),
    sentAtMs: Number(Attributes.SentTimestamp ?? 0),
    attributes: Object.fromEntries(attributes),
  };
}
