import { Duration } from 'aws-cdk-lib';
import type { HealthCheck } from 'aws-cdk-lib/aws-ecs';

/** Failures in a row after which ECS replaces the task. */
const RETRIES = 6;

/**
 * Checks that a program of Aztec's kind is well, by its `/status`. It serves that once it has started, and a node may take an hour
 * to catch up before. A refused connection therefore counts as healthy, or ECS would restart the node for ever. If it never
 * catches up, the alarm on its lag fires.
 */
export function statusCheck(port: number): HealthCheck {
  return check(
    `fetch('http://127.0.0.1:${port}/status').then((answer) => process.exit(answer.ok ? 0 : 1), ` +
      "(error) => process.exit(error.cause?.code === 'ECONNREFUSED' ? 0 : 1))",
  );
}

/**
 * Checks that a broker or a gateway listens and responds, whatever it responds. Its `/status` is an error while queue or ledger are
 * out of reach: a new task would not reach them either, and the one that ends has a node's volume or an agent's job.
 */
export function responseCheck(port: number): HealthCheck {
  return check(`fetch('http://127.0.0.1:${port}/').then(() => process.exit(0), () => process.exit(1))`);
}

function check(script: string): HealthCheck {
  return {
    command: ['CMD', 'node', '-e', script],
    interval: Duration.seconds(30),
    timeout: Duration.seconds(10),
    retries: RETRIES,
    startPeriod: Duration.minutes(5),
  };
}
