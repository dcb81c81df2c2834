import type { AwsPriceName, AwsUsage } from '../../../shared/cost/aws-prices.ts';
import type { GateCall } from '../../fixtures/aws-gate.ts';

const SQS_REQUEST_BYTES = 64 * 1024;
const S3_WRITES = new Set(['PutObject', 'CopyObject', 'ListObjectsV2', 'CreateMultipartUpload', 'UploadPart']);
const S3_FREE = new Set(['DeleteObject', 'DeleteObjects', 'AbortMultipartUpload']);

/** The units that calls are charged in. */
export function usageOf(calls: readonly Readonly<GateCall>[]): AwsUsage {
  return addUsage(...calls.map(usageOfCall));
}

function usageOfCall(call: Readonly<GateCall>): AwsUsage {
  const { service, operation, readUnits, writeUnits } = call;
  switch (service) {
    case 'sqs':
      return {
        sqsRequests: Math.max(1, Math.ceil(Math.max(call.requestBytes, call.responseBytes) / SQS_REQUEST_BYTES)),
      };
    case 's3':
      if (S3_FREE.has(operation)) return {};
      return S3_WRITES.has(operation) ? { s3Writes: 1 } : { s3Reads: 1 };
    case 'dynamodb':
      if (operation === 'GetRecords') return { streamReads: 1 };
      return { dynamoReadUnits: readUnits, dynamoWriteUnits: writeUnits };
    default:
      throw new Error(`${service}:${operation} has an unknown price: add it to shared/cost/aws-prices.ts`);
  }
}

export function addUsage(...usages: readonly AwsUsage[]): AwsUsage {
  const sum: Partial<Record<AwsPriceName, number>> = {};
  for (const usage of usages) {
    for (const [name, amount] of Object.entries(usage) as [AwsPriceName, number][])
      sum[name] = (sum[name] ?? 0) + amount;
  }
  return sum;
}

export function timesUsage(factor: number, usage: AwsUsage): AwsUsage {
  return Object.fromEntries(Object.entries(usage).map(([name, amount]) => [name, factor * amount]));
}
