import { AZTEC_CHAIN_SETTINGS } from '../shared/config/aztec/aztec-chain-settings.ts';
import { NODE_SNAPSHOT_GROUP } from '../shared/config/groups/node-snapshot-settings.ts';
import { BUCKET_SHAPE } from '../shared/engine/aws/aws-resource-shapes.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';

type Network = NonNullable<EnvironmentConfig['l1']['network']>;

/** @see https://github.com/AztecProtocol/networks/blob/main/network_config.json, of which Aztec's own are named here */
const PUBLISHED: Readonly<Partial<Record<Network, string>>> = {
  mainnet: 'https://aztec-labs-snapshots.com/mainnet/',
  testnet: 'https://aztec-labs-snapshots.com/testnet/',
  devnet: 'https://aztec-labs-snapshots.com/devnet/',
  'staging-ignition': 'https://aztec-labs-snapshots.com/staging-ignition/',
};

/** Has the program that knows the node's epochs store snapshots of its databases in the fleet's bucket. */
export function snapshotVariables(config: EnvironmentConfig): Record<string, string> {
  return { [NODE_SNAPSHOT_GROUP.settings.nodeSnapshots.variable]: locationIn(config) };
}

/** Where an official node finds them. Aztec's list of networks would name the network's own, but only when nothing else is named. */
export function snapshotSources(config: EnvironmentConfig): Record<string, string> {
  const { network } = config.l1;
  const published = network === undefined ? undefined : PUBLISHED[network];
  const sources = [locationIn(config), ...(published === undefined ? [] : [published])];
  return { [AZTEC_CHAIN_SETTINGS.settings.snapshotsUrls.variable]: sources.join(',') };
}

function locationIn({ proofsBucket }: EnvironmentConfig): string {
  return `s3://${proofsBucket}/${BUCKET_SHAPE.snapshotsPrefix.slice(0, -1)}`;
}
