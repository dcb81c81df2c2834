import { z } from 'zod';

import { Pool } from '../../shared/proving-job/circuit-family.ts';
import { NATIVE_LINE } from '../../shared/proving-job/fleet-line.ts';
import { installedNetworkVersion } from '../../shared/proving-job/network-version.ts';
import { address } from './account-address.ts';
import { AgentPools } from './agent-pool-config.ts';
import { NodeConfig, Variables } from './node-config.ts';

export const ecrImage = z
  .string()
  .regex(
    /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z0-9/_.-]+(@sha256:[0-9a-f]{64}|:[\w.-]+)$/,
    'must be an image in ECR: agents reach no other registry. <account>.dkr.ecr.<region>.amazonaws.com/<repository>@sha256:<digest>, or :<tag>',
  );

/** Of any registry: one that is not in ECR is copied there by the deployment. */
const image = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9/_.:-]*(@sha256:[0-9a-f]{64}|:[\w.-]+)$/,
    "must be an image with its tag or digest: 'azteclabs/aztec:6.0.0', or one in ECR",
  );

/** Words that follow the prefix in names of the native line: a line of that name could take another resource's name. */
const TAKEN_NAMES: readonly string[] = [NATIVE_LINE, 'node', ...Pool.options];

/** Where the environment says of its native line what an official one says of itself. */
const ELSEWHERE = {
  images: 'images',
  variables: 'node.variables',
  rollupVersion: 'node.variables',
  publisherAddress: 'publisher.address',
} as const;
type NotOfNative = 'name' | keyof typeof ELSEWHERE;

const VersionLine = z
  .strictObject({
    /** The version of Aztec's own images, such as `6.0.0`; `native`: Coppice's node and agents, of the version in `package.json`. */
    aztec: z
      .string()
      .regex(/^(native|\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?)$/, "must be a version of Aztec, such as '6.0.0', or 'native'"),
    /**
     * Stands in the names of the line's resources, and in their logical ids: another name is another line, whose resources are
     * created anew. It stays the same from 6.0.0 to 6.0.1. @default `v` and the major version, such as `v6`
     */
    name: z
      .string()
      .regex(/^[a-z][a-z0-9]{0,11}$/, 'must be up to 12 lower-case letters and digits, a letter first')
      .refine((name) => !TAKEN_NAMES.includes(name), `must not be one of ${TAKEN_NAMES.join(', ')}`)
      .optional(),
    /** Other images than Aztec's of that version. */
    images: z.strictObject({ node: image.optional(), agent: image.optional() }).optional(),
    /** Further variables of Aztec's programs. They win over those of `aztec-releases.ts`. */
    variables: z.strictObject({ node: Variables.optional(), agent: Variables.optional() }).optional(),
    /**
     * The rollup of the line, by its version in the registry. A line that a newer one joins needs it, for its node.
     * @default Aztec's node takes the canonical one whenever it starts, the broker the one of the line's first epoch
     */
    rollupVersion: z.int().nonnegative().optional(),
    /**
     * The account whose key is the line's in the secret `<prefix>/official`: its balance is watched. `npm run deploy:check` prints
     * it once the key is there.
     */
    publisherAddress: address.optional(),
    /** @default the environment's `node` */
    node: NodeConfig.optional(),
    /** The pools of this line's agents. @default the environment's, with the same limits of agents for each line */
    pools: AgentPools.optional(),
  })
  .superRefine(({ aztec, ...own }, context) => {
    if (aztec !== NATIVE_LINE) return;
    for (const field of ['name', ...Object.keys(ELSEWHERE)] as readonly NotOfNative[]) {
      if (own[field] === undefined) continue;
      const message =
        field === 'name'
          ? 'must be left out: the native line has no name, so that what is deployed keeps its own'
          : `must be left out of the native line: the environment's ${ELSEWHERE[field]} has it`;
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

/** The node of each line reads the stream of the ledger's table, and DynamoDB throttles more readers of a shard. */
const MOST_LINES = 2;

/** The lines of an environment. A job knows its line by its version, so each version is in one line. */
export const VersionLines = z
  .array(VersionLine)
  .min(1, "must have a line: { aztec: '6.0.0' } with the network's version, or { aztec: 'native' }")
  .max(MOST_LINES, `must have at most ${MOST_LINES} lines: more readers of the ledger's stream would be throttled`)
  .superRefine((lines, context) => {
    const names = lines.map(nameOfLine);
    const versions = lines.map(({ aztec }) => versionOfLine(aztec));
    for (const [index] of lines.entries()) {
      const [name, version] = [names[index] ?? '', versions[index] ?? ''];
      if (versions.indexOf(version) !== index) {
        const message = `must be another version than the lines before: jobs of ${version} belong to one line`;
        context.addIssue({ code: 'custom', path: [index, 'aztec'], message });
      } else if (names.indexOf(name) !== index) {
        const message = `must be given, and other than ${name}, which is an earlier line's: name: '${name}b'`;
        context.addIssue({ code: 'custom', path: [index, 'name'], message });
      }
    }
  });
export type VersionLineConfig = z.output<typeof VersionLine>;

/** The name that the configuration gives the line, or the one by its version. */
export function nameOfLine({ aztec, name }: Pick<VersionLineConfig, 'aztec' | 'name'>): string {
  return name ?? (aztec === NATIVE_LINE ? NATIVE_LINE : `v${Number.parseInt(aztec, 10)}`);
}

/** The version of Aztec that the line's jobs carry. */
export function versionOfLine(aztec: string): string {
  return aztec === NATIVE_LINE ? installedNetworkVersion() : aztec;
}
