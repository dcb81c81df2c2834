import { type Devnet, startDevnet } from '../../../containers/devnet/devnet.ts';
import type { EpochContents } from '../../../containers/devnet/traffic/epoch-contents.ts';
import { type EpochId, EpochNumber, makeEpochId, makeRollupId } from '../../../shared/proving-job/epoch-id.ts';

/** A devnet whose traffic fills one epoch. */
export interface OneEpochDevnet extends Devnet {
  /** Waits until the epoch is mined. @throws what broke the devnet before that */
  untilMined(): Promise<EpochContents>;
  idOf(contents: EpochContents): EpochId;
}

export async function startOneEpochDevnet(dataDirectory: string): Promise<OneEpochDevnet> {
  const mined = Promise.withResolvers<EpochContents>();
  const devnet = await startDevnet({
    dataDirectory,
    epochs: 1,
    onTraffic: (event) => {
      if (event.kind === 'epoch-mined') mined.resolve(event.contents);
    },
  });
  return {
    ...devnet,
    untilMined: () => Promise.race([mined.promise, devnet.broken.then((error) => Promise.reject(error))]),
    idOf: ({ epochNumber }) =>
      makeEpochId(makeRollupId(devnet.l1ChainId, devnet.rollupAddress), EpochNumber.parse(epochNumber)),
  };
}
