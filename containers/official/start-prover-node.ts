import { getInitialTestAccountsData } from '@aztec/accounts/testing';
import { AztecNodeService, getConfigEnvVars } from '@aztec/aztec-node';
import { getL1Config } from '@aztec/cli/config';
import { Agent, makeUndiciFetch } from '@aztec/foundation/json-rpc/undici';
import { getVKTreeRoot } from '@aztec/noir-protocol-circuits-types/vk-tree';
import { protocolContractsHash } from '@aztec/protocol-contracts';
import { createProvingJobBrokerClient } from '@aztec/prover-client/broker';
import { AztecNodeApiSchema } from '@aztec/stdlib/interfaces/client';
import { ProverNodeApiSchema } from '@aztec/stdlib/interfaces/server';
import { getComponentsVersionsFromConfig } from '@aztec/stdlib/versioning';
import { makeTracedFetch } from '@aztec/telemetry-client';
import { getGenesisValues } from '@aztec/world-state/testing';

import { type AztecService, BROKER_RETRY_SECONDS } from './aztec-service.ts';

const CONNECTIONS = 100;

/**
 * What `aztec start --prover-node` starts on a development network, from the same variables: Aztec's node without a
 * sequencer, whose prover asks the broker at `PROVER_BROKER_HOST` for proofs and submits the root itself.
 * @throws {Error} when no broker is named, or the rollup on L1 began from another state
 */
export async function startProverNode(): Promise<AztecService> {
  const environment = { ...getConfigEnvVars(), enableProverNode: true, disableValidator: true };
  if (environment.proverBrokerUrl === undefined) throw new Error('set PROVER_BROKER_HOST to the URL of the broker');

  const funded = environment.testAccounts ? await getInitialTestAccountsData() : [];
  const { genesisArchiveRoot, prefilledPublicData } = await getGenesisValues(funded.map(({ address }) => address));
  const { registryAddress, slashFactoryAddress } = environment.l1Contracts;
  const { l1RpcUrls, l1ChainId, rollupVersion } = environment;
  const { addresses, config: ofRollup } = await getL1Config(registryAddress, l1RpcUrls, l1ChainId, rollupVersion);
  if (ofRollup.genesisArchiveTreeRoot !== genesisArchiveRoot.toString()) {
    throw new Error(`the rollup ${addresses.rollupAddress.toString()} began from another state: check TEST_ACCOUNTS`);
  }
  const l1Contracts = { ...addresses, ...(slashFactoryAddress && { slashFactoryAddress }) };
  const config = { ...environment, ...ofRollup, l1Contracts };

  const fetch = makeTracedFetch(BROKER_RETRY_SECONDS, false, makeUndiciFetch(new Agent({ connections: CONNECTIONS })));
  const versions = getComponentsVersionsFromConfig(config, protocolContractsHash, getVKTreeRoot());
  // Like Aztec's command line, which makes this client before it has read the rollup.
  const expected = getComponentsVersionsFromConfig(environment, protocolContractsHash, getVKTreeRoot());
  const broker = createProvingJobBrokerClient(environment.proverBrokerUrl, expected, fetch);
  const node = await AztecNodeService.createAndSync(config, { proverNodeDeps: { broker } }, { prefilledPublicData });
  const prover = node.getProverNode();
  return {
    handlers: {
      node: [node, AztecNodeApiSchema],
      ...(prover && { prover: [prover, ProverNodeApiSchema] }),
    },
    versions,
    stop: () => node.stop(),
  };
}
