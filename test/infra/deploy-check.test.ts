import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import environments from '../../coppice.config.ts';
import type { Ec2PoolConfig } from '../../infra/config/agent-pool-config.ts';
import {
  type EnvironmentConfig,
  type EnvironmentInput,
  parseEnvironment,
} from '../../infra/config/environment-config.ts';
import { type AwsCall, AwsCallError, awsCli } from '../../infra/deploy-check/aws-cli.ts';
import { LOGICAL_ID_OF_BUCKET } from '../../infra/deploy-check/check-account.ts';
import { checkDeployment } from '../../infra/deploy-check/check-deployment.ts';
import { type Finding, renderFindings } from '../../shared/checks/finding.ts';
import { neededQuotas } from '../../infra/deploy-check/needed-quotas.ts';
import { anEnvironment } from './an-environment.ts';
import { filledIn } from './filled-in.ts';
import { aStage, resourcesOf } from './synthesised-stage.ts';

const ACCOUNT = '123456789012';
const config = anEnvironment({
  l1: { ...anEnvironment().l1, chainId: 1 },
  alarms: { emails: ['operator@prover.test'], publisherMinimumEth: 0.5 },
});

type Reply = Readonly<Record<string, unknown>> | AwsCallError;

function refused(code: string): AwsCallError {
  return new AwsCallError(['s3api', 'call'], `An error occurred (${code}) when calling the operation: no`);
}

const quota = (value: number): Reply => ({ Quota: { Value: value } });
const type = (name: string, vcpus: number, gib: number): unknown => ({
  InstanceType: name,
  VCpuInfo: { DefaultVCpus: vcpus },
  MemoryInfo: { SizeInMiB: gib * 1024 },
});

/** An account that has what the environment needs and nothing else, by the words of a call that tell it from others. */
const READY: Readonly<Record<string, Reply>> = {
  'sts get-caller-identity': { Account: ACCOUNT },
  'L-36FBB829': quota(48),
  'L-3032A538': quota(52),
  'L-34B43A08': quota(128),
  'L-1216C47A': quota(128),
  'L-B99A9384': quota(1000),
  'iam get-role': { Role: {} },
  'describe-stack-resource': refused('ValidationError'),
  'head-bucket': refused('404'),
  'describe-instance-type-offerings': {
    InstanceTypeOfferings: ['us-east-1a', 'us-east-1b', 'us-east-1c'].map((Location) => ({
      InstanceType: 'm8a.16xlarge',
      Location,
    })),
  },
  'describe-instance-types': { InstanceTypes: [type('m8a.16xlarge', 64, 256)] },
  'get-secret-value': refused('ResourceNotFoundException'),
  'list-queues': {},
  'list-stack-resources': refused('ValidationError'),
};

function anAccount(change: Readonly<Record<string, Reply>> = {}): AwsCall {
  const replies = { ...change, ...READY, ...change };
  return async (...argv) => {
    const words = argv.join(' ');
    const [, reply] = Object.entries(replies).find(([key]) => words.includes(key)) ?? [];
    if (reply === undefined) throw new Error(`unexpected call: aws ${words}`);
    if (reply instanceof AwsCallError) throw reply;
    return reply;
  };
}

/** An execution node of L1 that serves what it is given a result for. */
class L1 {
  readonly results: Record<string, unknown> = {
    eth_chainId: '0x1',
    eth_getBlockByNumber: { transactions: ['0x01'] },
    eth_getBalance: `0x${(10n ** 18n).toString(16)}`,
    debug_traceTransaction: { calls: [] },
  };
  /** Of the last request. */
  authorization: string | undefined;
  readonly #server: Server = createServer((request, response) => {
    this.authorization = request.headers.authorization;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly method: string };
      const result = this.results[method];
      const outcome = result === undefined ? { error: { code: -32_601, message: 'method not found' } } : { result };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, ...outcome }));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/key-of-the-provider`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('the check before a deployment', () => {
  let l1: L1;
  let url: string;
  beforeEach(async () => {
    l1 = new L1();
    url = await l1.start();
  });
  afterEach(() => l1.stop());

  const check = (change: Readonly<Record<string, Reply>> = {}, of = config): Promise<readonly Finding[]> =>
    checkDeployment(of, anAccount(change), { ETHEREUM_HOSTS: url });

  async function missing(change: Readonly<Record<string, Reply>>, of = config): Promise<readonly Finding[]> {
    return (await check(change, of)).filter(({ state }) => state !== 'ready');
  }

  it('finds everything ready in an account that has what the environment needs', async () => {
    expect(await missing({})).toEqual([]);
    const text = renderFindings(await check());
    expect(text).toContain('ready    quota Fargate Spot vCPU resource count: 48 granted, 48 needed\n');
    expect(text).not.toContain('key-of-the-provider');
  });

  it.each<[string, Readonly<Record<string, Reply>>, Partial<Finding>]>([
    [
      'a quota below the whole instances of maxAgents',
      { 'L-34B43A08': quota(127) },
      {
        detail: '127 granted, 128 needed',
        remedy:
          'aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-34B43A08 --desired-value 128 --region us-east-1',
      },
    ],
    [
      'a quota that has only a default',
      { 'get-service-quota --service-code lambda': refused('NoSuchResourceException'), 'get-aws-default': quota(10) },
      { subject: 'quota Concurrent executions', detail: '10 granted, 1000 needed' },
    ],
    [
      'the linked role of ECS',
      { 'iam get-role': refused('NoSuchEntity') },
      { remedy: 'aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com' },
    ],
    [
      'a bucket whose name another account has',
      { 'head-bucket': refused('403') },
      { detail: 'another account has this name', remedy: 'choose another proofsBucket in coppice.config.ts' },
    ],
    ['a bucket of this account outside the stacks', { 'head-bucket': {} }, { state: 'missing' }],
    [
      'the bucket that a deployed fleet has',
      {
        'describe-stack-resource': {
          StackResourceDetail: { PhysicalResourceId: 'coppice-proofs', ResourceStatus: 'CREATE_COMPLETE' },
        },
      },
      { remedy: "proofsBucket: 'coppice-proofs' in coppice.config.ts" },
    ],
    [
      'instances in a zone',
      {
        'describe-instance-type-offerings': {
          InstanceTypeOfferings: ['us-east-1a', 'us-east-1d'].map((Location) => ({
            InstanceType: 'm8a.16xlarge',
            Location,
          })),
        },
      },
      {
        subject: 'zone us-east-1b, pool large',
        remedy: 'choose network.availabilityZones from us-east-1a, us-east-1d',
      },
    ],
    [
      'a call that AWS refuses',
      { 'L-B99A9384': refused('AccessDeniedException') },
      { subject: 'quota Concurrent executions', state: 'unknown' },
    ],
  ])('says what is missing of %s, and how to provide it', async (_, change, finding) => {
    expect(await missing(change)).toEqual([expect.objectContaining(finding)]);
  });

  it('accepts the bucket of the deployed fleet, by the logical id that the stack gives it', async () => {
    const { state } = aStage(anEnvironment());
    expect(Object.keys(resourcesOf(state, 'AWS::S3::Bucket'))).toEqual([LOGICAL_ID_OF_BUCKET]);
    const deployed = {
      StackResourceDetail: { PhysicalResourceId: config.proofsBucket, ResourceStatus: 'CREATE_COMPLETE' },
    };
    expect(await missing({ 'describe-stack-resource': deployed, 'head-bucket': {} })).toEqual([]);
  });

  it('compares nothing with the wrong account', async () => {
    expect(await check({ 'sts get-caller-identity': { Account: '999999999999' } })).toEqual([
      {
        subject: 'credentials',
        state: 'missing',
        detail: 'they are of account 999999999999, and the configuration is for 123456789012',
        remedy: 'sign in to account 123456789012',
      },
    ]);
  });

  it('lists placeholders', async () => {
    const of = anEnvironment({ alarms: { emails: ['operator@example.com'] }, l1: config.l1 });
    expect(await missing({}, of)).toEqual([
      {
        subject: 'configuration',
        state: 'missing',
        detail: 'alarms.emails has operator@example.com, which nobody reads',
        remedy: 'fill it in in coppice.config.ts',
      },
    ]);
  });

  it.each<[string, Readonly<Record<string, unknown>>, readonly Partial<Finding>[]]>([
    ['another chain', { eth_chainId: '0xaa36a7' }, [{ detail: 'serves the chain 11155111, and l1.chainId is 1' }]],
    ['no traces', { debug_traceTransaction: undefined }, [{ state: 'missing' }]],
    ['traces of the other kind', { debug_traceTransaction: undefined, trace_transaction: [] }, []],
    ['too little ether', { eth_getBalance: '0x1' }, [{ remedy: `send ether to ${config.publisher.proverId}` }]],
    ['an empty block', { eth_getBlockByNumber: { transactions: [] } }, [{ state: 'unknown' }]],
  ])('reports an L1 node that serves %s', async (_, results, findings) => {
    Object.assign(l1.results, results);
    expect(await missing({})).toEqual(findings.map((finding) => expect.objectContaining(finding) as unknown));
  });

  describe('of official lines', () => {
    const KEY = `0x${'0'.repeat(63)}1`;
    const ACCOUNT_OF_KEY = '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf';
    const FIELDS = { v6_PROVER_PUBLISHER_PRIVATE_KEY: KEY };
    type Lines = NonNullable<EnvironmentInput['lines']>;
    const of = (lines: Lines): EnvironmentConfig => anEnvironment({ l1: config.l1, alarms: config.alarms, lines });

    async function about(
      subject: string,
      lines: Lines,
      change: Readonly<Record<string, Reply>> = {},
    ): Promise<readonly Finding[]> {
      return (await check(change, of(lines))).filter((finding) => finding.subject.includes(subject));
    }

    function officialSecret(fields: Readonly<Record<string, string>>): Readonly<Record<string, Reply>> {
      return { 'get-secret-value --secret-id coppice/official': { SecretString: JSON.stringify(fields) } };
    }

    it('learns the account of a line from its key, and shows no key', async () => {
      const findings = await about('publisher', [{ aztec: '6.0.0' }], officialSecret(FIELDS));
      expect(findings).toMatchObject([
        {
          subject: 'publisher of line v6',
          state: 'missing',
          remedy: `publisherAddress: '${ACCOUNT_OF_KEY}' of the line in coppice.config.ts`,
        },
      ]);
      expect(JSON.stringify(findings)).not.toContain(KEY.slice(2));
    });

    it('compares the account that is named with the key, and checks its balance alone', async () => {
      const right = [{ aztec: '6.0.0', publisherAddress: ACCOUNT_OF_KEY }];
      expect(await about('publisher', right, officialSecret(FIELDS))).toMatchObject([{ state: 'ready' }]);
      expect(await about('balance', right)).toMatchObject([{ subject: `balance of ${ACCOUNT_OF_KEY}` }]);
      const wrong = [{ aztec: '6.0.0', publisherAddress: config.publisher.proverId }];
      expect(await about('publisher', wrong, officialSecret(FIELDS))).toMatchObject([
        { state: 'missing', detail: expect.stringContaining(`its key is that of ${ACCOUNT_OF_KEY}`) as unknown },
      ]);
    });

    it.each([
      ['nothing', {}, 'has no v6_PROVER_PUBLISHER_PRIVATE_KEY yet'],
      ['what is no key', { v6_PROVER_PUBLISHER_PRIVATE_KEY: 'password' }, 'must be a private key'],
    ])('says when the secret has %s for a line', async (_what, fields, detail) => {
      expect(await about('publisher', [{ aztec: '6.0.0' }], officialSecret(fields))).toMatchObject([
        { state: 'missing', detail: expect.stringContaining(detail) as unknown },
      ]);
    });

    it('has a line name its rollup once a newer one is there, and says which that is now', async () => {
      l1.results['eth_call'] = `0x${(4_248_422_647).toString(16).padStart(64, '0')}`;
      const both = await about('rollup of line', [{ aztec: '5.2.0' }, { aztec: '6.0.0' }]);
      expect(both).toMatchObject([
        {
          subject: 'rollup of line v5',
          state: 'missing',
          remedy: expect.stringMatching(/^rollupVersion: 4248422647 of the line in coppice\.config\.ts/) as unknown,
        },
      ]);
      const named = [{ aztec: '5.2.0', rollupVersion: 4_248_422_647 }, { aztec: '6.0.0' }];
      expect(await about('rollup of line', named)).toMatchObject([{ state: 'ready' }]);
      expect(await about('rollup of line', [{ aztec: '6.0.0' }])).toEqual([]);
    });

    it('asks for the rollup also while L1 is out of reach', async () => {
      const lines = [{ aztec: '5.2.0' }, { aztec: '6.0.0' }];
      const findings = await checkDeployment(of(lines), anAccount(), {});
      expect(findings.find(({ subject }) => subject === 'rollup of line v5')).toMatchObject({ state: 'missing' });
    });

    it('finds the queues that the native line has left behind, and no others', async () => {
      const url = (name: string): string => `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`;
      const queues = [
        'coppice-small-normal',
        'coppice-large-urgent',
        'coppice-test-small-normal',
        'coppice-v6-small-normal',
      ];
      const account = {
        'list-queues': { QueueUrls: queues.map(url) },
        'list-stack-resources': { StackResourceSummaries: [{ PhysicalResourceId: url('coppice-large-urgent') }] },
      };
      const removed = await about('queues', [{ aztec: '6.0.0' }], account);
      expect(removed).toMatchObject([{ state: 'warning' }]);
      expect(removed[0]?.remedy).toContain(`for url in ${url('coppice-small-normal')}; do aws sqs delete-queue`);
      expect(await about('queues', [{ aztec: 'native' }], account)).toMatchObject([{ state: 'missing' }]);
      const deployed = { StackResourceSummaries: queues.map((name) => ({ PhysicalResourceId: url(name) })) };
      expect(
        await about('queues', [{ aztec: 'native' }], { ...account, 'list-stack-resources': deployed }),
      ).toMatchObject([{ state: 'ready' }]);
    });
  });

  it('sends the user and the password of a URL, and shows neither', async () => {
    const findings = await checkDeployment(config, anAccount(), {
      ETHEREUM_HOSTS: url.replace('http://', 'http://operator:passphrase@'),
    });
    expect(findings.filter(({ state }) => state !== 'ready')).toEqual([]);
    expect(l1.authorization).toBe(`Basic ${Buffer.from('operator:passphrase').toString('base64')}`);
    expect(JSON.stringify(findings)).not.toMatch(/operator:|passphrase/);
  });

  it('reports an L1 node that does not respond, with the reason', async () => {
    const gone = new L1();
    const nobody = await gone.start();
    await gone.stop();
    const findings = await checkDeployment(config, anAccount(), { ETHEREUM_HOSTS: nobody });
    const unknown = findings.filter(({ state }) => state === 'unknown');
    expect(unknown.map(({ subject }) => subject)).toEqual([`L1 at ${new URL(nobody).host}`, 'balance']);
    for (const { detail } of unknown) expect(detail).toMatch(/: no response: .*ECONNREFUSED/);
  });

  it('reads the URLs from the secret where the variable is not set, and says if it is still empty', async () => {
    const secret = (text: string): Promise<readonly Finding[]> =>
      checkDeployment(config, anAccount({ 'get-secret-value': { SecretString: text } }), {});
    const filled = await secret(JSON.stringify({ ETHEREUM_HOSTS: `${url}, ${url}` }));
    expect(filled.filter(({ subject }) => subject.startsWith('L1 at 127.0.0.1'))).toHaveLength(2);
    for (const text of ['a random word', '{}']) {
      expect((await secret(text)).filter(({ state }) => state !== 'ready')).toEqual([
        expect.objectContaining({
          subject: 'L1',
          remedy: 'aws secretsmanager put-secret-value --secret-id coppice/l1 --secret-string file://l1.json',
        }),
      ]);
    }
  });
});

describe('the quotas that an environment needs', () => {
  const guide = readFileSync(path.join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');
  const types = [
    { name: 'm7a.16xlarge', vcpus: 64, memoryMib: 256 * 1024 },
    { name: 'm8a.16xlarge', vcpus: 64, memoryMib: 256 * 1024 },
    { name: 'm8a.8xlarge', vcpus: 32, memoryMib: 128 * 1024 },
  ];

  it.each(['test', 'production'] as const)('are those of docs/deploy.md for %s', (name) => {
    const environment = parseEnvironment(name, filledIn(environments[name]));
    for (const { name: quota, needed } of neededQuotas(environment, types)) {
      const row = guide.split('\n').find((line) => line.startsWith('|') && line.includes(quota));
      const [, , , ofTest, ofProduction] = (row ?? '').split('|').map((cell) => cell.trim());
      expect(name === 'test' ? ofTest : ofProduction, quota).toBe(needed.toLocaleString('en-US'));
    }
  });

  it('are those of GPUs for a pool of such instances', () => {
    const { large, ...pools } = config.pools;
    const onGpus = { ...(large as Ec2PoolConfig), instanceTypes: ['g6.*'], gpus: 1, vcpu: 14, memoryGib: 56 };
    const g6 = ['g6.2xlarge', 'g6.4xlarge', 'g6.8xlarge'].map((type, index) => {
      return { name: type, vcpus: 8 << index, memoryMib: (32 << index) * 1024 };
    });
    expect(neededQuotas({ ...config, pools: { ...pools, large: onGpus } }, g6)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'All G and VT Spot Instance Requests', needed: 32 }),
        expect.objectContaining({ name: 'Running On-Demand G and VT instances', needed: 32 }),
      ]),
    );
  });
});

describe("AWS's command line", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'coppice-aws-cli-'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true, force: true });
  });

  async function install(script: string): Promise<void> {
    const file = path.join(directory, 'aws');
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    vi.stubEnv('PATH', `${directory}:/usr/bin:/bin`);
  }

  it('is called for the region, and returns what it prints', async () => {
    await install(`printf '{"argv":"%s"}' "$*"`);
    expect(await awsCli('eu-west-1')('sts', 'get-caller-identity')).toEqual({
      argv: 'sts get-caller-identity --region eu-west-1 --output json',
    });
    await install('true');
    expect(await awsCli('eu-west-1')('s3api', 'head-bucket')).toBeUndefined();
  });

  it('fails with the code of AWS', async () => {
    await install(`echo 'An error occurred (404) when calling the HeadBucket operation: Not Found' >&2; exit 254`);
    await expect(awsCli('eu-west-1')('s3api', 'head-bucket')).rejects.toMatchObject({
      code: '404',
      message: 'aws s3api head-bucket: An error occurred (404) when calling the HeadBucket operation: Not Found',
    });
  });

  it('says that it is not installed', async () => {
    vi.stubEnv('PATH', directory);
    await expect(awsCli('eu-west-1')('sts', 'get-caller-identity')).rejects.toThrow(/aws is not installed/);
  });
});
