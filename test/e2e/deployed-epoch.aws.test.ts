import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { ECSClient } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type AwsEmulator, EMULATOR_VARIABLES, startAwsEmulator } from '../../containers/local-fleet/aws-emulator.ts';
import { anvilAccount, anvilPrivateKey } from '../../containers/local-l1/devnet-accounts.ts';
import { type Devnet, startDevnet } from '../../containers/devnet/devnet.ts';
import { L1Clock } from '../../containers/devnet/l1/l1-clock.ts';
import type { EnvironmentInput } from '../../infra/config/environment-config.ts';
import type { AgentGroup } from '../../shared/agent-fleet/agent-fleet.ts';
import { EcsAgentFleet } from '../../shared/engine/aws/fleet/ecs-agent-fleet.ts';
import { awsClientOptions } from '../../shared/engine/aws/aws-connection.ts';
import { AWS_PERMISSIONS, EPOCH_ROLES } from '../../shared/engine/aws/aws-permissions.ts';
import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import { createL1Client } from '../../shared/l1/l1-client.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import { checkpointsOf } from '../../shared/proving-job/epoch-shape.ts';
import { expectedTree } from '../../shared/merge-tree/expected/tree-of-shape.ts';
import { checkTrace } from '../../shared/merge-tree/progress/trace-check.ts';
import { Trace } from '../../shared/merge-tree/progress/trace.ts';
import { readJsonLog } from '../fixtures/count-provings.ts';
import { type Breakable, eventually } from '../fixtures/eventually.ts';
import { aPlacementFailureEvent } from '../functions/placement-failure-event.ts';
import { deployFleet } from './deployed/deploy-fleet.ts';
import { DeployedFleet } from './deployed/deployed-fleet.ts';
import { environmentFor, nodeVariablesFor, REGISTRY } from './deployed/environment-for.ts';

const PREFIX = 'deployed';
const BUCKET = 'deployed-proofs-123456789012';
/** Of anvil's accounts: one that no program of the devnet sends from. */
const PUBLISHER_INDEX = 7;
const PUBLISHER = anvilAccount(PUBLISHER_INDEX).address;

/** What is called only when a job straggles near the deadline. */
const FOR_SECOND_COPIES: Readonly<Record<'scale-fleet' | 'watch-l1', readonly string[]>> = {
  'scale-fleet': ['dynamodb:UpdateItem', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
  'watch-l1': [],
};

/**
 * The app is deployed to an empty emulator with CDK's command, and the result proves an epoch of a devnet: each program is
 * a process with the variables of its task definition or function, the functions run the code that was bundled for Lambda,
 * and agents run where `scale-fleet` has asked for them.
 */
describe('an epoch on the stacks as they are deployed', () => {
  let devnet: Devnet;
  let emulator: AwsEmulator;
  let fleet: DeployedFleet;
  let engine: Engine;
  let epoch: EpochRecord;
  let jobs: readonly JobRecord[];
  let atRest: readonly AgentGroup[];
  const peak = new Map<string, number>();
  const cleanUps: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'coppice-deployed-'));
    cleanUps.push(() => rm(directory, { recursive: true, force: true }));
    const reported = Promise.withResolvers<undefined>();
    const nearlyComplete = Promise.withResolvers<undefined>();
    [devnet, emulator] = await Promise.all([
      startDevnet({
        dataDirectory: join(directory, 'devnet'),
        epochs: 1,
        onTraffic: (event) => {
          if (event.kind === 'checkpoint-mined' && event.transactions.includes('transfer-in-public')) {
            nearlyComplete.resolve(undefined);
          }
        },
      }),
      startAwsEmulator(),
    ]);
    void nearlyComplete.promise.then(() => holdL1Until(reported.promise));
    cleanUps.push(
      () => emulator.stop(),
      () => devnet.stop(),
    );
    const { endpoint } = emulator;
    const deployment = await deployFleet(nativeFleetFor(devnet), { endpoint, directory });
    fleet = new DeployedFleet({ deployment, endpoint, directory });
    cleanUps.push(() => fleet.stop());
    const connection = { region: EMULATOR_VARIABLES.AWS_REGION, endpoint };
    const options = { engine: 'aws', prefix: fleet.prefix, bucket: BUCKET, connection, leaseSeconds: 120 } as const;
    engine = await openEngine(options);
    cleanUps.push(() => engine.close());

    const ecs = new ECSClient(awsClientOptions(connection));
    cleanUps.push(() => ecs.destroy());
    const services = new EcsAgentFleet(ecs, awsResourceNames(fleet.prefix));
    atRest = await services.describe();
    await fillSecrets();
    await startPrograms();
    await eventually(async () => await engine.growingEpochs?.latest(), whole());
    reported.resolve(undefined);
    await startAgentsAsAsked(services);
    await submitRoot();
    epoch = await eventually(async () => (await engine.epochs.latest(5)).find(isProvenWithTransactions), whole());
    jobs = (await engine.jobs.jobsOfEpoch(epoch.id)).filter(({ rangeId }) => rangeId === epoch.rangeId);
  });

  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  /** However long the deployment takes, the epoch is not complete before its node has seen it grow. */
  async function holdL1Until(done: Promise<undefined>): Promise<void> {
    const clock = await L1Clock.follow(devnet.l1RpcUrl, devnet.timing.ethereumSlotSeconds);
    await clock.holdAt(clock.now(), () => done);
    clock.stop();
  }

  /** What breaks of the network or of the fleet ends the wait. */
  function whole(): Breakable {
    return { broken: Promise.race([devnet.broken, fleet.broken]) };
  }

  async function fillSecrets(): Promise<void> {
    const l1 = JSON.stringify({ ETHEREUM_HOSTS: devnet.l1RpcUrl });
    await fleet.fillSecret(fleet.output('state', 'L1SecretId'), l1);
    await fleet.fillSecret(fleet.output('state', 'PublisherKeyId'), anvilPrivateKey(PUBLISHER_INDEX));
  }

  async function startPrograms(): Promise<void> {
    await fleet.startNode({});
    // Once a minute on AWS: an epoch of a devnet is a minute.
    for (const name of ['scale-fleet', 'watch-l1'] as const) await fleet.startFunction(name, ['--every', '1']);
    await fleet.startFunction('sweep-ledger', ['--every', '15']);
    const letters = awsResourceNames(fleet.prefix).deadLetterQueue('small', 'normal');
    await fleet.startFunction('settle-dead-letters', ['--queue', letters]);
  }

  /** An agent for each service of which one is wanted, as ECS would start it. */
  async function startAgentsAsAsked(services: EcsAgentFleet): Promise<void> {
    const wanted = ['small', 'medium', 'large'];
    const started = new Set<string>();
    await eventually(async () => {
      for (const { pool, capacity, desired } of await services.describe()) {
        if (desired === 0) continue;
        peak.set(`${pool}-${capacity}`, Math.max(desired, peak.get(`${pool}-${capacity}`) ?? 0));
        if (started.has(pool)) continue;
        started.add(pool);
        const service = awsResourceNames(fleet.prefix).agentService(pool, capacity);
        // It has no network to prove for but one whose proofs are empty.
        await fleet.startAgent(service, { PROVER_REAL_PROOFS: 'false', COPPICE_AGENT_CLAIM_SECONDS: '3' });
      }
      return wanted.every((pool) => started.has(pool)) || undefined;
    }, whole());
  }

  /** Late, so that the root waits for it where it can be seen. */
  async function submitRoot(): Promise<void> {
    const watch = fleet.members.find(({ name }) => name === 'watch-l1');
    await eventually(async () => {
      const lines = await readJsonLog(watch?.logFile ?? '');
      return lines.some((line) => Number(line['OpenRoots'] ?? 0) > 0) || undefined;
    }, whole());
    await fleet.startFunction('submit-root', ['--every', '1']);
  }

  it('deploys services that run nothing before there is anything to prove', () => {
    expect(atRest.map(({ pool, capacity }) => `${pool}-${capacity}`)).toEqual([
      'small-spot',
      'small-od',
      'medium-spot',
      'medium-od',
      'large-spot',
      'large-od',
    ]);
    expect(atRest.every(({ desired }) => desired === 0)).toBe(true);
  });

  it('names its table and its bucket as programs expect them', () => {
    const names = awsResourceNames(PREFIX, BUCKET);
    expect(fleet.output('state', 'LedgerTable')).toBe(names.ledgerTable);
    expect(fleet.output('state', 'ProofsBucket')).toBe(names.proofsBucket);
    expect(fleet.output('agents', 'ClusterName')).toBe(names.cluster);
    expect(fleet.output('node', 'ServiceName')).toBe(names.nodeService());
  });

  it('has reported an epoch to the scaler while it grew', async () => {
    const reported = await engine.growingEpochs?.latest();
    expect(reported).toMatchObject({ networkVersion: epoch.networkVersion });
    expect(reported?.deadlineAtMs).toBeGreaterThan(reported?.endsAtMs ?? Infinity);
  });

  it('proves the epoch: every job that its shape foretells, traceable to the root', () => {
    const found = checkTrace(new Trace(jobs, epoch.rangeId), expectedTree(epoch.shape!));
    expect(found).toMatchObject({ isComplete: true });
  });

  it('submits the root with the key of the secret, which only submit-root has the id of', async () => {
    const l1 = createL1Client({ rpcUrls: [devnet.l1RpcUrl], chainId: devnet.l1ChainId });
    const receipt = await l1.getTransactionReceipt({ hash: epoch.transactionHash as `0x${string}` });
    expect(receipt).toMatchObject({ status: 'success', from: PUBLISHER.toLowerCase() });
    const secretId = fleet.output('state', 'PublisherKeyId');
    const knowsSecret = await Promise.all(
      ['scale-fleet', 'watch-l1', 'sweep-ledger', 'settle-dead-letters', 'submit-root'].map(async (name) => [
        name,
        Object.values(await fleet.variablesOfFunction(name)).includes(secretId),
      ]),
    );
    expect(Object.fromEntries(knowsSecret)).toMatchObject({
      'submit-root': true,
      'watch-l1': false,
      'scale-fleet': false,
    });
    const node = await fleet.variablesOfService(fleet.output('node', 'ServiceName'));
    expect(JSON.stringify(node)).not.toContain(secretId);
  });

  it('asked for agents on Spot by pool, within the limits', () => {
    expect([...peak.keys()].toSorted()).toEqual(['large-spot', 'medium-spot', 'small-spot']);
    for (const [service, agents] of peak) expect.soft(agents, service).toBeLessThanOrEqual(4);
  });

  it.each(['scale-fleet', 'watch-l1'] as const)('calls of AWS what %s is granted, and nothing else', (role) => {
    const expected = AWS_PERMISSIONS[role].filter((action) => !FOR_SECOND_COPIES[role].includes(action));
    expect(fleet.actionsOf(role)).toEqual(expected.toSorted());
  });

  it('notifies the scaler that ECS found no room on Spot, with the calls that watch-tasks is granted', async () => {
    const service = awsResourceNames(PREFIX).agentService('large', 'spot');
    const event = aPlacementFailureEvent({ service, time: new Date().toISOString() });
    await fleet.startFunction('watch-tasks', ['--every', '60', '--event', JSON.stringify(event)]);
    const granted = AWS_PERMISSIONS['watch-tasks'].toSorted();
    await eventually(
      async () => Promise.resolve(isDeepStrictEqual(fleet.actionsOf('watch-tasks'), granted) || undefined),
      whole(),
    );
    await eventually(async () => {
      const [decision] = await engine.decisions.latest('fleet', 1);
      return decision?.pools.find(({ pool, spotRefusals = 0 }) => pool === 'large' && spotRefusals > 0);
    }, whole());
  });

  it.each(EPOCH_ROLES)('calls nothing of AWS that %s is not granted', (role) => {
    expect(AWS_PERMISSIONS[role]).toEqual(expect.arrayContaining([...fleet.actionsOf(role)]));
  });

  it.each([
    ['scale-fleet', ['ScalerRuns', 'JobsWaiting', 'AgentsDesired', 'CostTodayDollars']],
    ['watch-l1', ['L1PendingCheckpoint', 'PublisherBalanceEth', 'OutboxAgeSeconds', 'EpochsMissed']],
    ['submit-root', ['EpochsProven']],
    ['node', ['NodeLagSeconds', 'EpochsOpened', 'JobsEnqueued']],
    ['deployed-medium-spot', ['JobsProven', 'JobProvingSeconds']],
  ])('shows in the metrics of %s, in the namespace of the fleet', async (name, metrics) => {
    const measured = await metricsOf(name);
    for (const metric of metrics) expect.soft(measured.get(metric), metric).toBe(`Coppice/${PREFIX}`);
  });

  /** The namespace of each metric in a program's log. */
  async function metricsOf(name: string): Promise<ReadonlyMap<string, string>> {
    const member = fleet.members.find((each) => each.name === name);
    if (member === undefined) throw new Error(`${name} was not started`);
    const lines = await readJsonLog(member.logFile);
    return new Map(
      lines.flatMap(({ _aws }) => {
        if (_aws === undefined) return [];
        const { CloudWatchMetrics } = _aws as {
          CloudWatchMetrics: readonly {
            readonly Namespace: string;
            readonly Metrics: readonly { readonly Name: string }[];
          }[];
        };
        return CloudWatchMetrics.flatMap(({ Namespace, Metrics }) =>
          Metrics.map(({ Name }) => [Name, Namespace] as const),
        );
      }),
    );
  }
});

/** Coppice's own node and agents alone. */
function nativeFleetFor(devnet: Devnet): EnvironmentInput {
  return environmentFor(devnet, {
    prefix: PREFIX,
    proofsBucket: BUCKET,
    publisher: PUBLISHER,
    node: { variables: nodeVariablesFor(devnet) },
    images: { node: `${REGISTRY}/coppice-node:4.1.2`, agent: `${REGISTRY}/coppice-agent:4.1.2` },
  });
}

function isProvenWithTransactions({ state, shape }: EpochRecord): boolean {
  return (
    state === 'proven' && checkpointsOf(shape!).some(({ blocks }) => blocks.some(({ publicTxs }) => publicTxs > 0))
  );
}
