import { describe, expect, it } from 'vitest';

import { snapshotSources, snapshotVariables } from '../../infra/node-snapshots.ts';
import { anEnvironment } from './an-environment.ts';

const { l1, proofsBucket } = anEnvironment();
const OWN = `s3://${proofsBucket}/snapshots`;

describe("snapshots of the node's databases", () => {
  it('are looked for where the node stores them, and where Aztec publishes those of the network', () => {
    const config = anEnvironment({ l1: { ...l1, network: 'testnet' } });
    expect(snapshotVariables(config)).toEqual({ COPPICE_NODE_SNAPSHOTS: OWN });
    expect(snapshotSources(config)).toEqual({
      SYNC_SNAPSHOTS_URLS: `${OWN},https://aztec-labs-snapshots.com/testnet/`,
    });
  });

  it("are the fleet's own alone for a network of which Aztec publishes none", () => {
    for (const network of [undefined, 'next-net'] as const) {
      const config = anEnvironment({ l1: { chainId: l1.chainId, registryAddress: l1.registryAddress, network } });
      expect(snapshotSources(config)).toEqual({ SYNC_SNAPSHOTS_URLS: OWN });
    }
  });
});
