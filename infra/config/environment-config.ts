import { z } from 'zod';

import { NATIVE_LINE } from '../../shared/proving-job/fleet-line.ts';
import { address } from './account-address.ts';
import { AgentPools } from './agent-pool-config.ts';
import { ecrImage, VersionLines } from './line-config.ts';
import { NodeConfig, SECRET_VARIABLES } from './node-config.ts';

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region, such as 'eu-central-1'");
/** Becomes the text of a variable, which must be plain digits: not 1e-7. */
const amount = z
  .number()
  .positive()
  .refine(
    (value) => /^\d{1,16}(\.\d{1,9})?$/.test(String(value)),
    'must have at most 16 digits, and 9 after the point',
  );
const availabilityZone = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "must be a zone, such as 'eu-central-1a'");
const arn = (service: string): z.ZodString =>
  z.string().regex(new RegExp(`^arn:aws[a-z-]*:${service}:`), `must be the ARN of ${service}: arn:aws:${service}:…`);
/** The retention periods that CloudWatch supports, in days. */
const LOG_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;

/** Everything that makes one environment differ from another. */
export const EnvironmentConfig = z
  .strictObject({
    /** If set, a deployment to another account is refused. @default the account of the credentials that deploy */
    account: z
      .string()
      .regex(/^\d{12}$/, 'must be an account: 12 digits')
      .optional(),
    region,
    /**
     * The prefix of the names of all resources, by which programs find them. It is unique in an account, across regions: roles
     * and budgets are global.
     */
    prefix: z
      .string()
      .max(20)
      .regex(/^[a-z](-?[a-z0-9])*$/, 'must be up to 20 lower-case letters, digits and single dashes, a letter first'),
    /**
     * The bucket of proofs. Bucket names are unique across all accounts of AWS, so put your account's number into yours. Keep
     * the name once the fleet is deployed: another name means another, empty bucket.
     */
    proofsBucket: z
      .string("must be the name of a bucket: '<prefix>-proofs-<account>', or the one that a deployed fleet has")
      .regex(
        /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
        'must be a bucket name: 3 to 63 lower-case letters, digits and dashes',
      ),
    /** What happens to table, bucket, queues, key and secrets when their stack is deleted. */
    onDelete: z.enum(['retain', 'destroy']).default('retain'),
    /** Whether `coppice drill` may bring faults about within node, broker, gateway and agents. */
    drills: z.boolean().default(false),
    logDays: z.union(LOG_DAYS.map((days) => z.literal(days))).default(30),

    network: z.strictObject({
      /** @default 10.40.0.0/16 */
      cidr: z.cidrv4().default('10.40.0.0/16'),
      /** Two or three, so that Spot has a choice. They are named here because a lookup takes credentials. */
      availabilityZones: z.array(availabilityZone).min(2).max(3),
    }),

    l1: z.strictObject({
      chainId: z.int().positive(),
      /** The Aztec network whose settings apply. @default another network: `node.variables` has all its settings */
      network: z.enum(['testnet', 'mainnet', 'devnet', 'staging-ignition', 'staging-public', 'next-net']).optional(),
      registryAddress: address,
      /** The fields of the secret `<prefix>/l1`. */
      secretVariables: z
        .array(z.enum(SECRET_VARIABLES))
        .refine((names) => names.includes('ETHEREUM_HOSTS'), 'must have ETHEREUM_HOSTS, the L1 RPC URLs')
        .default(['ETHEREUM_HOSTS', 'L1_CONSENSUS_HOST_URLS']),
    }),

    publisher: z.strictObject({
      /** `kms`: a key that nobody can read signs. `secret`: a private key in the secret `<prefix>/publisher`. */
      signer: z.enum(['kms', 'secret']),
      /** The address that earns the rewards. */
      proverId: address,
      /** The account that submits for the native line, whose balance is watched. @default `proverId` */
      address: address.optional(),
      /** The highest fee per unit of gas; above it a root waits in the outbox. */
      gasPriceMaxGwei: amount.default(2000),
      /** `when-profitable`: a root whose gas costs more than `epochRewardEth` waits, and is skipped when its window closes. */
      submitWhen: z.enum(['always', 'when-profitable']).default('always'),
      /** The value of an epoch's reward to you, in ETH. */
      epochRewardEth: amount.optional(),
    }),

    node: NodeConfig.prefault({}),
    /** The pools. The catalogue names the pool that proves each circuit. */
    pools: AgentPools,
    scaling: z
      .strictObject({
        /** The hourly budget of all agents together; it never stops a proving agent. @default no limit but maxAgents */
        dollarsPerHour: z.number().positive().optional(),
        /** Whether the fleet may exceed that budget when it would otherwise miss an epoch. */
        mayCrossBudget: z.boolean().default(false),
        /** How long before its deadline an epoch should be done: a reserve for the unforeseen. */
        marginSeconds: z.int().min(0).max(86_400).default(420),
      })
      .prefault({}),
    /**
     * The version lines, each with its own node, agents and queues: what the network runs, and for a while what it ran before
     * or will run next. @default the native line alone
     */
    lines: VersionLines.default([{ aztec: NATIVE_LINE }]),
    /**
     * Coppice's own images that are already in ECR: of the native line's node and agents, and of the broker beside Aztec's.
     * @default built from the Dockerfiles at deployment, which takes Docker
     */
    images: z
      .strictObject({ node: ecrImage.optional(), agent: ecrImage.optional(), broker: ecrImage.optional() })
      .optional(),

    /** The cost of a day above which an alarm fires. */
    dailyBudgetDollars: z.number().positive(),
    alarms: z.strictObject({
      emails: z.array(z.email()).default([]),
      topicArns: z.array(arn('sns')).default([]),
      /** Notified only of the one alarm that cannot wait for the morning, such as a pager. @default all of the above */
      pageTopicArns: z.array(arn('sns')).default([]),
      /** The runbook to which each alarm's description links. */
      runbookUrl: z.string().min(1).default('docs/runbook.md'),
      /** An epoch with less time to spare than this is at risk. */
      epochSlackSeconds: z.int().positive().default(600),
      publisherMinimumEth: z.number().positive().default(0.1),
    }),
  })
  .superRefine(({ region: here, network, images, prefix, alarms, publisher }, context) => {
    if (publisher.submitWhen === 'when-profitable' && publisher.epochRewardEth === undefined) {
      const message = "must say what an epoch pays, for submitWhen: 'when-profitable'";
      context.addIssue({ code: 'custom', path: ['publisher', 'epochRewardEth'], message });
    }
    network.availabilityZones.forEach((zone, index) => {
      if (zone.startsWith(here)) return;
      const path = ['network', 'availabilityZones', index];
      context.addIssue({ code: 'custom', path, message: `must be in the region ${here}, got ${zone}` });
    });
    for (const [name, image] of Object.entries(images ?? {})) {
      if (image === undefined || image.split('.')[3] === here) continue;
      context.addIssue({ code: 'custom', path: ['images', name], message: `must be in the region ${here}` });
    }
    if (prefix.startsWith('aws') || prefix.startsWith('ecs') || prefix.startsWith('fargate')) {
      context.addIssue({ code: 'custom', path: ['prefix'], message: 'must not begin with aws, ecs or fargate' });
    }
    if (alarms.emails.length + alarms.topicArns.length === 0) {
      context.addIssue({
        code: 'custom',
        path: ['alarms'],
        message: 'must have an email or a topicArn, or nobody is notified',
      });
    }
  });
export type EnvironmentConfig = z.output<typeof EnvironmentConfig>;
export type OnDelete = EnvironmentConfig['onDelete'];
/** The configuration as a person writes it, before defaults. */
export type EnvironmentInput = z.input<typeof EnvironmentConfig>;

/** @throws {Error} that lists every mistake, with the values allowed */
export function parseEnvironment(name: string, input: unknown): EnvironmentConfig {
  const parsed = EnvironmentConfig.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Error(`environment ${name} in coppice.config.ts is invalid:\n${z.prettifyError(parsed.error)}`);
}
