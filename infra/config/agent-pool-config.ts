import { z } from 'zod';

import { NativeCircuit, poolsOf } from '../../shared/proving-job/circuit-catalogue.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import { installedNetworkVersion } from '../../shared/proving-job/network-version.ts';

/** The target of bb's build. Graviton costs a fifth less on Fargate; only a benchmark can show which proves cheaper. */
const Architecture = z.enum(['x86_64', 'arm64']);

/** The memory of a Fargate task by its vCPUs, in GiB: from, to, step. */
const FARGATE_MEMORY_GIB: Readonly<Record<number, readonly [from: number, to: number, step: number]>> = {
  1: [2, 8, 1],
  2: [4, 16, 1],
  4: [8, 30, 1],
  8: [16, 60, 4],
  16: [32, 120, 8],
};

const Size = {
  vcpu: z.int().min(1).max(192),
  memoryGib: z.int().min(2).max(1536),
};

/** Returns the problem if Fargate has no task of that size, else `undefined`. */
export function checkFargateSize(
  { vcpu, memoryGib }: { readonly vcpu: number; readonly memoryGib: number },
  whereElse: string,
): string | undefined {
  const range = FARGATE_MEMORY_GIB[vcpu];
  if (range === undefined) {
    return `Fargate has tasks of ${Object.keys(FARGATE_MEMORY_GIB).join(', ')} vCPU, got ${vcpu}${whereElse}`;
  }
  const [from, to, step] = range;
  if (memoryGib >= from && memoryGib <= to && (memoryGib - from) % step === 0) return undefined;
  const steps = step === 1 ? '' : ` in steps of ${step}`;
  return `a Fargate task of ${vcpu} vCPU has ${from} to ${to} GiB of memory${steps}, got ${memoryGib}${whereElse}`;
}

const common = {
  ...Size,
  architecture: Architecture.default('x86_64'),
  /** The most agents of this pool that may run at a time, Spot and on demand together. */
  maxAgents: z.int().min(1).max(5000),
  /** Agents that are kept, and paid for, when there is nothing to prove. */
  minAgents: z.int().min(0).max(5000).default(0),
  /** The share of agents that runs on demand even when Spot has capacity, 0 to 1. */
  onDemandShare: z.number().min(0).max(1).default(0),
  /** Another prover in the agent's image, such as a build of bb for GPUs: `BB_BINARY_PATH`. */
  bbBinaryPath: z.string().startsWith('/', 'must be an absolute path in the image').optional(),
};

/** The time from ordering an agent to its first job: the scaler orders agents this much earlier. */
const startUpSeconds = z.int().min(1).max(1800);

const FargatePool = z.strictObject({
  launch: z.literal('fargate'),
  ...common,
  startUpSeconds: startUpSeconds.default(90),
});

/** Instances that ECS starts, drains, patches and ends by itself (Managed Instances). */
const Ec2Pool = z.strictObject({
  launch: z.literal('ec2'),
  ...common,
  /** Longer than on Fargate: an instance boots first. */
  startUpSeconds: startUpSeconds.default(240),
  /** The types that ECS may choose, such as `c8a.*`. AMD and Graviton sell whole cores, Intel sells threads. */
  instanceTypes: z
    .array(z.string().regex(/^[a-z0-9-]+\.([a-z0-9-]+|\*)$/, "must be a type or a family: 'c8a.16xlarge' or 'c8a.*'"))
    .min(1),
  /** GPUs of one agent, for a prover that uses them. */
  gpus: z.int().min(1).max(16).optional(),
  /**
   * EC2's price of an hour of the instance, in dollars: AWS has no price for a size without a type. The fee of ECS for managing
   * it is added. Of several types, the dearest counts.
   */
  dollarsPerHour: z.strictObject({
    /** It changes by the hour and the zone. While it is unknown, Spot counts as on demand, which is the most that it costs. */
    spot: z.union([z.number().positive(), z.literal('unknown')]),
    od: z.number().positive(),
    /** The day for which the source has them. */
    asOf: z.iso.date(),
    source: z.url(),
  }),
});

/** One pool of agents: the size of an agent, where it runs, and how many there may be. */
export const AgentPoolConfig = z.discriminatedUnion('launch', [FargatePool, Ec2Pool]).superRefine((pool, context) => {
  if (pool.minAgents > pool.maxAgents) {
    const message = `must be at most maxAgents, ${pool.maxAgents}, got ${pool.minAgents}`;
    context.addIssue({ code: 'custom', path: ['minAgents'], message });
  }
  if (pool.launch !== 'fargate') return;
  const problem = checkFargateSize(pool, "; above 16 vCPU or 120 GiB it takes launch: 'ec2'");
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});
export type AgentPoolConfig = z.output<typeof AgentPoolConfig>;
export type Ec2PoolConfig = z.output<typeof Ec2Pool>;

/** The pools of an environment. Agents of a pool without circuits would exit at once, and their services would fail to deploy. */
export const AgentPools = z
  .strictObject({
    small: AgentPoolConfig,
    medium: AgentPoolConfig,
    large: AgentPoolConfig,
    gpu: AgentPoolConfig.refine(
      (pool) => pool.launch === 'ec2' && pool.gpus !== undefined,
      "must have launch: 'ec2' and gpus: Fargate has none",
    ).optional(),
  } satisfies Record<Pool, z.ZodType>)
  .superRefine((pools, context) => {
    const version = installedNetworkVersion();
    const held = new Set(NativeCircuit.options.flatMap((circuit) => poolsOf(circuit, version)));
    for (const pool of Pool.options.filter((pool) => pools[pool] !== undefined && !held.has(pool))) {
      const message = `must be left out: it holds no circuit of ${version}, so its agents would have nothing to prove`;
      context.addIssue({ code: 'custom', path: [pool], message });
    }
  });
export type AgentPools = z.output<typeof AgentPools>;
