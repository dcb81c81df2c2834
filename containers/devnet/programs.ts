import type { ProgramSurroundings } from '../local-l1/load-anvil.ts';
import { LocalProgram } from '../processes/local-program.ts';
import { SequencerReady, SequencerProgress } from './sequencer/sequencer-messages.ts';
import { TrafficEvent, TrafficReady } from './traffic/traffic-messages.ts';

/** Aztec's contracts on L1, then Aztec's sequencer. Configured with a `SequencerConfiguration`; needs `prepareForge`'s variables. */
export function loadSequencer(
  surroundings: ProgramSurroundings,
  onProgress: (line: string) => void,
): LocalProgram<SequencerReady> {
  return new LocalProgram({
    name: 'sequencer',
    entry: new URL('./sequencer/sequencer-process.ts', import.meta.url),
    ready: SequencerReady,
    onProgress: (value) => {
      onProgress(SequencerProgress.parse(value));
    },
    ...surroundings,
  });
}

/** Aztec's wallet, which fills epochs with the planned traffic. Configured with a `TrafficConfiguration`. */
export function loadTraffic(
  surroundings: ProgramSurroundings,
  onEvent: (event: TrafficEvent) => void,
): LocalProgram<TrafficReady> {
  return new LocalProgram({
    name: 'traffic',
    entry: new URL('./traffic/traffic-process.ts', import.meta.url),
    ready: TrafficReady,
    onProgress: (value) => {
      onEvent(TrafficEvent.parse(value));
    },
    ...surroundings,
  });
}
