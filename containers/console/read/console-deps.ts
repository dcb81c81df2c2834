import type { Secret } from '../../../shared/config/secret.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { PredictionReader } from '../../epoch-view/prediction-reader.ts';
import type { ReadAges } from './read-ages.ts';

/** What the resources are read from. */
export interface ConsoleDeps {
  /** A cached one: resources read whatever they need. */
  readonly engine: Engine;
  readonly predictions: PredictionReader;
  readonly ages: ReadAges;
  /** Where the fleet is, for people. */
  readonly place: string;
  /** None: L1 is not read. */
  readonly l1RpcUrls: readonly Secret<string>[];
  /** The price of an ether, if known. */
  readonly etherDollars: number | undefined;
  /** The price of an agent on machines of the operator's own, if known. */
  readonly agentDollarsPerHour: number | undefined;
  readonly nowMs: () => number;
}
