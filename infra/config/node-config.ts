import { z } from 'zod';

import { checkFargateSize } from './agent-pool-config.ts';

/** Variables of the prover node whose values carry a key, so they are fields of the L1 secret. */
export const SECRET_VARIABLES = [
  'ETHEREUM_HOSTS',
  'L1_CONSENSUS_HOST_URLS',
  'L1_CONSENSUS_HOST_API_KEYS',
  'ETHEREUM_DEBUG_HOSTS',
  'PEER_ID_PRIVATE_KEY',
] as const;

/** Variables that the stacks set themselves, from other fields of the configuration. */
const OWN_VARIABLES = [
  'AWS_REGION',
  'AZTEC_ADMIN_API_KEY_HASH',
  'AZTEC_ADMIN_PORT',
  'AZTEC_PORT',
  'COPPICE_AWS_PREFIX',
  'COPPICE_ENGINE',
  'COPPICE_LINES',
  'DATA_DIRECTORY',
  'L1_CHAIN_ID',
  'L1_PRIVATE_KEY',
  'NETWORK',
  'P2P_PORT',
  'PROVER_AGENT_COUNT',
  'PROVER_BROKER_HOST',
  'PROVER_ID',
  'PROVER_NODE_DISABLE_PROOF_PUBLISH',
  'PROVER_PROOF_STORE',
  'PROVER_PUBLISHER_PRIVATE_KEY',
  'PROVER_PUBLISHER_PRIVATE_KEYS',
  'REGISTRY_CONTRACT_ADDRESS',
] as const;

export const Variables = z
  .record(z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a variable: CAPITALS_AND_UNDERSCORES'), z.string())
  .superRefine((variables, context) => {
    for (const name of Object.keys(variables)) {
      const place = (SECRET_VARIABLES as readonly string[]).includes(name)
        ? 'carries a key: name it in l1.secretVariables and put its value into the secret <prefix>/l1'
        : (OWN_VARIABLES as readonly string[]).includes(name)
          ? 'is set by the stacks, from the rest of this configuration'
          : undefined;
      if (place !== undefined) context.addIssue({ code: 'custom', path: [name], message: place });
    }
  });

/** The prover node of a line. */
export const NodeConfig = z
  .strictObject({
    vcpu: z.int().default(4),
    memoryGib: z.int().default(16),
    architecture: z.enum(['x86_64', 'arm64']).default('x86_64'),
    /**
     * Volume of the archiver's and the world state's databases, with room for them twice: a snapshot is a copy. Each task
     * starts with an empty one, which the newest snapshot fills, the node's own or the network's.
     */
    dataGib: z.int().min(20).max(16_384).default(256),
    /** The volume's throughput. The node writes a snapshot of the whole chain to it before it can prove. */
    dataMibPerSecond: z.int().min(125).max(750).default(125),
    p2pPort: z.int().min(1024).max(65_535).default(40_400),
    /** Further settings of Coppice's node and of Aztec, by variable. */
    variables: Variables.default({}),
  })
  .superRefine((node, context) => {
    const problem = checkFargateSize(node, '');
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
export type NodeConfig = z.output<typeof NodeConfig>;
