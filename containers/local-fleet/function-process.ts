import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';

import { endSignal } from '../processes/end-signals.ts';
import { pause } from '../../shared/retry/pause.ts';
import { repeatEvery } from '../../shared/retry/repeat-every.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';

// Runs one of `functions/` as AWS Lambda would, for a network on one machine:
//
//     function-process.ts HANDLER_FILE (--every SECONDS [--event JSON] | --queue NAME …) [--timeout SECONDS]
//
// It runs on a schedule, or for the messages of queues, with the same events as on Lambda. A failed invocation is logged
// and followed by the next: of a schedule at its time, of a message when it is visible again.

/** The part of Lambda's context that our functions use. */
interface InvocationContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

type Handler = (event: unknown, context: InvocationContext) => Promise<unknown>;

const BatchResult = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) }).partial();

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    every: { type: 'string' },
    event: { type: 'string', default: '{}' },
    queue: { type: 'string', multiple: true, default: [] },
    timeout: { type: 'string', default: '60' },
  },
});
const [handlerFile = ''] = positionals;
const timeoutMs = Number(values.timeout) * 1000;
const log = createLogger('function', { logLevel: 'info', format: 'json' });
const signal = endSignal(log);
const { handler } = (await import(pathToFileURL(handlerFile).href)) as { readonly handler: Handler };

const isEnding = (): boolean => signal.aborted;

async function invoke(event: unknown): Promise<unknown> {
  const endsAtMs = Date.now() + timeoutMs;
  return await handler(event, {
    awsRequestId: randomUUID(),
    // When this process ends, a function has no time left: it releases what it holds, as before any other end.
    getRemainingTimeInMillis: () => (isEnding() ? 0 : endsAtMs - Date.now()),
  });
}

function runSchedule(everyMs: number, event: unknown): Promise<void> {
  const run = (): Promise<unknown> =>
    invoke(event).catch((error: unknown) => log.error({ err: error }, 'the function failed'));
  return repeatEvery(everyMs, run, signal);
}

async function runQueue(sqs: SQSClient, name: string): Promise<void> {
  while (!isEnding()) {
    try {
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }), { abortSignal: signal });
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 5,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
        { abortSignal: signal },
      );
      if (Messages.length === 0) continue;
      const failed = failedItems(await invoke({ Records: Messages.map((message) => recordOf(message, name)) }));
      for (const { MessageId = '', ReceiptHandle } of Messages) {
        if (!failed.has(MessageId)) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    } catch (error) {
      if (isEnding()) return;
      log.error({ err: error, queue: name }, 'the function failed');
      await pause(1000, signal);
    }
  }
}

/** In Lambda's format: names in lower camel case, the queue by its ARN. */
function recordOf(message: Message, queue: string): object {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue, DataType }]) => [
    name,
    { stringValue: StringValue, dataType: DataType },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes) as object,
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${process.env['AWS_REGION'] ?? ''}:123456789012:${queue}`,
  };
}

function failedItems(result: unknown): ReadonlySet<string> {
  const { batchItemFailures = [] } = BatchResult.parse(result ?? {});
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

if (values.every === undefined) {
  const sqs = new SQSClient({});
  await Promise.all(values.queue.map((name) => runQueue(sqs, name)));
} else {
  await runSchedule(Number(values.every) * 1000, JSON.parse(values.event));
}
process.exit(0);
