import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { sha256Of } from '../../../shared/proving-job/proving-job-id.ts';

/**
 * As much of S3, DynamoDB and SQS as a node that asks for proofs uses, in memory and on loopback. Every response takes
 * `ANSWER_MS`, as on AWS, where a moto emulator would be slower than the node.
 *
 *     node fake-aws.ts ANSWER_MS
 *
 * Sends its port to the process that forked it. `POST /prove` makes every recorded job `proven`.
 */
type Item = Record<string, Readonly<Record<string, unknown>>>;
interface Call {
  readonly Item?: Item;
  readonly Key?: Item;
  readonly QueueName?: string;
  readonly Entries?: readonly { readonly Id: string; readonly MessageBody: string }[];
  readonly ExpressionAttributeValues?: Item;
}

const PROOF = Buffer.from('a proof');
const answerMs = Number(process.argv[2]);
const objects = new Map<string, Buffer>();
const items = new Map<string, Item>();

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => setTimeout(() => answer(request, Buffer.concat(parts), response), answerMs));
});
// Longer than the bench: a connection that the server closes while the client writes is a failure of neither side.
server.keepAliveTimeout = 3_600_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));

function answer({ method = '', url = '', headers }: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const [path = ''] = url.split('?');
  const target = headers['x-amz-target'];
  if (path === '/prove') {
    for (const item of items.values()) prove(item);
    response.end();
  } else if (typeof target === 'string') {
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    const operation = target.slice(target.lastIndexOf('.') + 1);
    const [status, answered] = call(operation, JSON.parse(body.toString()) as Call, headers.host ?? '');
    response.statusCode = status;
    response.end(JSON.stringify(answered));
  } else {
    const [status, answered] = method === 'PUT' ? putObject(path, body) : getObject(path);
    response.statusCode = status;
    response.setHeader('etag', '"etag"');
    response.end(answered);
  }
}

function putObject(path: string, body: Buffer): [number, string] {
  if (objects.has(path)) return [412, '<Error><Code>PreconditionFailed</Code></Error>'];
  objects.set(path, body);
  return [200, ''];
}

function getObject(path: string): [number, Buffer | string] {
  const object = path.includes('/outputs/') ? PROOF : objects.get(path);
  return object === undefined ? [404, '<Error><Code>NoSuchKey</Code></Error>'] : [200, object];
}

function call(operation: string, { Item, Key, ...given }: Call, host: string): [number, unknown] {
  const key = keyOf(Item ?? Key);
  const item = items.get(key);
  switch (operation) {
    case 'PutItem':
      if (item !== undefined) {
        return [400, { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', Item: item }];
      }
      items.set(key, Item ?? {});
      return [200, {}];
    case 'UpdateItem':
      return [200, { Attributes: item }];
    case 'GetItem':
      return [200, { Item: item }];
    case 'Query':
      return [200, { Items: openItems(given.ExpressionAttributeValues?.[':shard']?.['S']) }];
    case 'GetQueueUrl':
      return [200, { QueueUrl: `http://${host}/queue/${given.QueueName}` }];
    case 'SendMessageBatch':
      return [200, { Successful: given.Entries?.map(sent), Failed: [] }];
    default:
      return [400, { __type: 'com.amazonaws#ValidationException', message: `the bench knows no ${operation}` }];
  }
}

function sent({ Id, MessageBody }: { readonly Id: string; readonly MessageBody: string }): unknown {
  return { Id, MessageId: Id, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
}

/** All at once: an index of this size is read in a handful of pages on AWS. */
function openItems(shard: unknown): readonly Partial<Item>[] {
  return [...items.values()]
    .filter(({ openShard }) => openShard !== undefined && openShard['S'] === shard)
    .map(({ pk, sk, openShard, dueAtMs, attempts }) => ({ pk, sk, openShard, dueAtMs, attempts }));
}

function keyOf(item: Item | undefined): string {
  return `${String(item?.['pk']?.['S'])} ${String(item?.['sk']?.['S'])}`;
}

function prove(item: Item): void {
  const time = { N: String(Date.now()) };
  Object.assign(item, {
    state: { S: 'proven' },
    agent: { S: 'agent' },
    token: { N: '1' },
    claimedAtMs: time,
    settledAtMs: time,
    provingMs: { N: '1' },
    proofBytes: { N: String(PROOF.byteLength) },
    proofSha256: { S: sha256Of(PROOF) },
  });
  delete item['openShard'];
  delete item['dueAtMs'];
}
