// A submitter in a separate process, which kills itself (SIGKILL) at the step that its argument names: `<configuration as JSON>`.
import type { Hex } from 'viem';

import { Secret } from '../../../../shared/config/secret.ts';
import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { createL1Client } from '../../../../shared/l1/l1-client.ts';
import { privateKeyPublisherAccount } from '../../../../shared/l1/publisher/publisher-account.ts';
import { RootSubmitter } from '../../../../shared/l1/submission/root-submitter.ts';
import {
  DEFAULT_SUBMISSION_POLICY,
  type SubmissionPolicy,
} from '../../../../shared/l1/submission/submission-policy.ts';
import type { Outbox } from '../../../../shared/ledger/outbox.ts';
import { createLogger } from '../../../../shared/telemetry/logger.ts';

/** Where it dies: right after the named step, before anything else. */
export type CrashPoint = 'never' | 'signed' | 'stored' | 'sent' | 'epoch-proven' | 'root-closed';

export interface CrashingSubmitter {
  readonly crashAfter: CrashPoint;
  readonly dataDirectory: string;
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly key: Hex;
  readonly submitterId: string;
  readonly policy: Partial<Omit<SubmissionPolicy, 'maxFeePerGasWei' | 'minPriorityFeePerGasWei'>>;
}

const options = JSON.parse(process.argv[2] ?? '') as CrashingSubmitter;

const engine = openEmbeddedEngine({ dataDirectory: options.dataDirectory, leaseSeconds: 60 });
const l1 = createL1Client({ rpcUrls: [options.rpcUrl], chainId: options.chainId });
const account = privateKeyPublisherAccount(new Secret(options.key));

const after = async <T>(point: CrashPoint | undefined, step: Promise<T>): Promise<T> => {
  const result = await step;
  if (options.crashAfter === point) process.kill(process.pid, 'SIGKILL');
  return result;
};
const replace: Outbox['replace'] = async (root) => {
  const point = root.state === 'mined' ? 'root-closed' : root.submissions.length > 0 ? 'stored' : undefined;
  return await after(point, engine.outbox.replace(root));
};
const { outbox, epochs } = engine;
const submitter = new RootSubmitter({
  outbox: { store: outbox.store.bind(outbox), find: outbox.find.bind(outbox), open: outbox.open.bind(outbox), replace },
  epochs: {
    open: epochs.open.bind(epochs),
    find: epochs.find.bind(epochs),
    reopen: epochs.reopen.bind(epochs),
    latest: epochs.latest.bind(epochs),
    advance: async (...change) => await after('epoch-proven', epochs.advance(...change)),
  },
  incidents: engine.incidents,
  decisions: engine.decisions,
  l1: { ...l1, sendRawTransaction: async (raw) => await after('sent', l1.sendRawTransaction(raw)) },
  account: { ...account, signTransaction: async (raw) => await after('signed', account.signTransaction(raw)) },
  policy: { ...DEFAULT_SUBMISSION_POLICY, checkIntervalSeconds: 0.05, ...options.policy },
  nowMs: Date.now,
  log: createLogger('submitter', { logLevel: 'silent' }),
  submitterId: options.submitterId,
});
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.stdout.write('ready\n');
await submitter.run(stop.signal);
await engine.close();
