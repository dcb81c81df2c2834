import type { FleetProcess, FleetProcessEndedError } from './fleet-process.ts';

/** A process that is started again when it is stopped or killed from outside, as a service manager would do. */
export interface KeptProcess {
  /** Resolves when it has failed by itself, or was stopped by {@link stop}. */
  readonly ended: Promise<FleetProcessEndedError>;
  /** Stops it for good, as `FleetProcess.stop` does. */
  stop(withinSeconds: number): Promise<void>;
}

/** Starts a process, and starts it again whenever somebody else ends it. */
export function keepRunning(start: () => Pick<FleetProcess, 'ended' | 'stop'>): KeptProcess {
  let current = start();
  let isStopping = false;
  const untilItFails = async (): Promise<FleetProcessEndedError> => {
    for (;;) {
      const end = await current.ended;
      if (isStopping || end.hasFailed) return end;
      current = start();
    }
  };
  return {
    ended: untilItFails(),
    async stop(withinSeconds) {
      isStopping = true;
      await current.stop(withinSeconds);
    },
  };
}
