import { loadAnvil } from '../../../containers/local-l1/load-anvil.ts';

// Run by the test as a parent that can be killed: starts anvil, says where it is, and waits.
const [logDirectory = ''] = process.argv.slice(2);
const anvil = loadAnvil({ logDirectory, environment: process.env });
const { rpcUrl } = await anvil.configure({ port: 0, blockSeconds: 1, genesisSeconds: Math.floor(Date.now() / 1000) });
process.send?.(rpcUrl);
