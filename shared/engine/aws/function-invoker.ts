import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

import { awsClientOptions, type AwsConnection } from './aws-connection.ts';

/** An invocation only asks for a run ahead of the schedule, which makes up for one that fails. */
const MAX_ATTEMPTS = 2;

/** Invokes Lambda functions as events. Programs import this file dynamically: most of them need no client of Lambda. */
export class FunctionInvoker {
  readonly client: LambdaClient;

  constructor(connection: AwsConnection) {
    this.client = new LambdaClient({ ...awsClientOptions(connection), maxAttempts: MAX_ATTEMPTS });
  }

  /** Returns as soon as Lambda has queued the event. Throws what the SDK throws. */
  async invoke(functionName: string): Promise<void> {
    await this.client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event' }));
  }
}
