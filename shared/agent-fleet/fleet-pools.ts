import { z } from 'zod';

import { kind } from '../config/value-kinds.ts';
import { Pool } from '../proving-job/circuit-family.ts';

/** An operator's limits for one pool, and the cost of its agents. */
export const PoolLimits = z.strictObject({
  /** Agents at once, of both capacities together. */
  maxAgents: z.number().int().min(0).max(5000),
  /** Agents that stay when there is nothing to prove. */
  minAgents: z.number().int().min(0).max(5000).default(0),
  /** Jobs that an agent proves at the same time. */
  slotsPerAgent: z.number().int().min(1).max(64).default(1),
  /** From the request for an agent to its first claim. */
  startUpSeconds: z.number().int().min(1).max(1800).default(90),
  /** The part of the agents that run on demand even when Spot has enough, 0 to 1, rounded up. */
  onDemandShare: z.number().min(0).max(1).default(0),
  /** Of one agent, all of its resources. */
  dollarsPerHour: z.strictObject({
    spot: z.number().nonnegative(),
    od: z.number().nonnegative(),
    /** The price of Spot is not known: `spot` is what it is at most. */
    isSpotAtMost: z.literal(true).exactOptional(),
  }),
});
export type PoolLimits = z.infer<typeof PoolLimits>;

/** The pools that have agents. A pool that is missing has none, and its jobs wait. */
export const FleetPools = z.partialRecord(Pool, PoolLimits);
export type FleetPools = z.infer<typeof FleetPools>;

/** The same as an operator writes it, before defaults are filled in. */
export type FleetPoolsInput = z.input<typeof FleetPools>;

const EXAMPLE = '{"small":{"maxAgents":40,"onDemandShare":0.1,"dollarsPerHour":{"spot":0.07,"od":0.233}}}';

/** As a variable holds it: JSON. */
export const fleetPools = kind(
  ofJson(FleetPools),
  `JSON by pool (${Pool.options.join(', ')}), such as ${EXAMPLE}`,
  '<json>',
);

/** The same of several version lines, by name. */
export const fleetPoolsOfLines = kind(
  ofJson(z.record(z.string(), FleetPools)),
  `JSON by the name of a version line, such as {"v6":${EXAMPLE}}`,
  '<json>',
);

function ofJson<T>(schema: z.ZodType<T>): z.ZodType<T, string> {
  return z.string().transform((json, context): T => {
    const parsed = schema.safeParse(parseJson(json));
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  });
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
