import { expect, it } from 'vitest';

import { FleetProcessEndedError } from '../../../containers/processes/fleet-process.ts';
import { keepRunning } from '../../../containers/processes/keep-running.ts';

/** A process that ends when the test says so, or when it is stopped. */
function aProcess() {
  const { promise: ended, resolve } = Promise.withResolvers<FleetProcessEndedError>();
  const end = (how: string, hasFailed: boolean): void =>
    resolve(new FleetProcessEndedError('agent-1', how, 'agent-1.log', { hasFailed }));
  return { ended, end, stop: async () => end('ended with code 0', false) };
}

it('starts a process again that was killed, and ends when it fails by itself', async () => {
  const processes = [aProcess(), aProcess()];
  let started = 0;
  const kept = keepRunning(() => processes[started++]!);
  processes[0]!.end('ended by SIGKILL', false);
  processes[1]!.end('ended with code 3', true);
  expect((await kept.ended).message).toContain('ended with code 3');
  expect(started).toBe(2);
});

it('lets a process rest that it has stopped', async () => {
  let started = 0;
  const kept = keepRunning(() => {
    started += 1;
    return aProcess();
  });
  await kept.stop(1);
  await kept.ended;
  expect(started).toBe(1);
});
