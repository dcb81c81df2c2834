import { DiskMeasurement } from '../../shared/engine/measure-disks.ts';
import { runPoolMeasurement } from '../../shared/agent-fleet/measure-pools.ts';
import { runAgentWarning } from '../../shared/agent-fleet/warn-without-agents.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { runStreamedEpochCloser } from '../../shared/job-queue/close-streamed-epochs.ts';
import { runSweeper } from '../../shared/job-queue/sweep-ledger.ts';
import { takeOverEpochs } from '../../shared/ledger/streamed-epoch.ts';
import { keepTrying } from '../../shared/retry/keep-trying.ts';
import { runTogether } from '../../shared/retry/run-together.ts';
import { whenAborted } from '../../shared/retry/when-aborted.ts';
import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Metrics } from '../../shared/telemetry/metrics.ts';
import type { HealthCheck } from '../health/health-check.ts';
import { HealthPages, type Scrape } from '../health/health-pages.ts';
import { glanceMsOf } from './agent-calls.ts';
import { type BrokerCount, BrokerCounts } from './broker-counts.ts';
import type { BrokerLine } from './broker-deps.ts';
import { keepHeapSmall } from '../processes/keep-heap-small.ts';
import { followL1Clock, PUBLIC_SLOT_MS, toleranceMs } from '../../shared/l1/follow-l1-clock.ts';
import type { L1Client } from '../../shared/l1/l1-client.ts';
import { type ClockDisagreement, describeDisagreement, L1Clock } from '../../shared/l1/l1-clock.ts';
import type { L1Rollup } from './l1/l1-rollup.ts';
import { BrokerMeasurement } from './measure-broker.ts';
import { ProverBroker } from './prover-broker.ts';
import type { Network } from '../../shared/config/network.ts';
import { AnswerRoom } from './transport/answer-room.ts';
import { ClientNetworks } from './transport/client-networks.ts';
import { RpcServer, type RpcStatus, type RpcTrouble, warnWhenOpen } from './transport/rpc-server.ts';

export interface BrokerOptions {
  readonly line: BrokerLine;
  readonly host: string;
  readonly port: number;
  /** The networks of clients that are let in; none for all. */
  readonly networks: readonly Network[];
  readonly maxBodyBytes: number;
  readonly maxCalls: number;
  /** The most bytes of inputs and proofs in responses that clients have not read. */
  readonly maxAnswerBytes: number;
  readonly maxConnections: number;
  readonly clientTimeoutMs: number;
  readonly holdMs: number;
  /** How long one claim waits at the queue, in seconds. */
  readonly claimSeconds: number;
  readonly leaseSeconds: number;
  /** Set where nothing else sends lost messages again. */
  readonly sweep: { readonly everyMs: number; readonly strandedSeconds: number } | undefined;
  /** How long calls may take to end when the broker stops, in milliseconds. */
  readonly drainMs: number;
}

export interface RunBrokerDeps {
  readonly engine: Engine;
  readonly metrics: Metrics;
  /** What `/metrics` serves. @default not served */
  readonly scrape?: Scrape | undefined;
  readonly log: Logger;
  /** Ends the broker: held calls end at once. */
  readonly signal: AbortSignal;
  /** The rollup on L1, where L1 is given: epochs get their deadline from it, and are closed once it has them proven. */
  readonly l1?: (Pick<L1Rollup, 'deadlineAtMs' | 'firstUnprovenEpoch'> & Pick<L1Client, 'nodes'>) | undefined;
  /** Throws when the rollup turns out to be another one, see `findBrokerLine`. */
  readonly confirmRollup?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** Called when the line has an epoch: it stays with its rollup then. */
  readonly keepRollup?: (() => Promise<void>) | undefined;
  readonly nowMs?: () => number;
  /** Called with the port once the broker listens. */
  readonly onListening?: (port: number) => void;
}

/**
 * Large bodies in memory at a time, of up to 64 MiB each but seldom above 10: an official client sends no larger ones. The small
 * ones are those of a few hundred agents that report their proofs.
 */
const BODIES = { atOnce: 3, atOncePerClient: 2, smallBytes: 32 * 2 ** 20 };
const TROUBLES: Readonly<Record<RpcTrouble, BrokerCount>> = {
  'client-refused': 'BrokerClientsRefused',
  'request-refused': 'BrokerRequestsRefused',
  'request-failed': 'BrokerRequestsFailed',
  'call-refused': 'BrokerCallsRefused',
};
/** Between two checks which epochs are proven. */
const CLOSE_MS = 30_000;
const DEVELOPMENT = { chainId: 31_337, slotMs: 1_000 };

/**
 * Serves Aztec's broker API over the engine until `signal` aborts.
 * @throws {ListenError}
 */
export async function runBroker(
  options: BrokerOptions,
  { engine, metrics, scrape, log, signal, nowMs = Date.now, l1, confirmRollup, keepRollup, onListening }: RunBrokerDeps,
): Promise<void> {
  keepHeapSmall();
  const { line, host, networks, leaseSeconds, holdMs, sweep } = options;
  const clock = l1 && new L1Clock({ nowMs, steadyMs: () => performance.now() });
  const windowNowMs = clock === undefined ? nowMs : (): number => clock.windowNowMs();
  const counts = new BrokerCounts();
  const room = new AnswerRoom({
    bytes: options.maxAnswerBytes,
    bytesPerClient: Math.ceil(options.maxAnswerBytes / 2),
    patienceMs: options.clientTimeoutMs,
  });
  const isDevelopment = l1?.nodes.some(({ client }) => client.chain.id === DEVELOPMENT.chainId) === true;
  const l1SlotMs = isDevelopment ? DEVELOPMENT.slotMs : PUBLIC_SLOT_MS;
  const broker = new ProverBroker(
    { holdMs, glanceMs: glanceMsOf(engine), claimSeconds: options.claimSeconds },
    {
      engine,
      line,
      leaseSeconds,
      log,
      nowMs,
      windowNowMs,
      count: counts.add,
      room,
      deadlineAtMs: async (epoch) => l1?.deadlineAtMs(epoch),
      keepRollup,
      steadyMs: () => performance.now(),
    },
  );
  const status = (): Promise<RpcStatus> => statusOf(broker, line, engine, clock?.disagreement(toleranceMs(l1SlotMs)));
  const server = new RpcServer(
    {
      host,
      port: options.port,
      addressSettings: '--broker-port (PROVER_BROKER_PORT) or --broker-bind (COPPICE_BROKER_BIND)',
      networks: new ClientNetworks(networks),
      maxBodyBytes: options.maxBodyBytes,
      maxCalls: options.maxCalls,
      maxConnections: options.maxConnections,
      maxConnectionsPerClient: Math.ceil(options.maxConnections / 2),
      clientTimeoutMs: options.clientTimeoutMs,
      bodies: BODIES,
      answers: room,
      // The only version header of official servers that the broker can fill; no official client checks it.
      headers: { 'x-aztec-packageVersion': line.networkVersion },
    },
    {
      methods: broker.methods,
      status,
      pages: new HealthPages({ scrape, ready: async () => readinessOf(await status()) }),
      log,
      nowMs,
      onTrouble: (trouble) => counts.add(TROUBLES[trouble]),
    },
  );
  warnWhenOpen(host, networks, log);
  const port = await server.listen();
  log.info({ host, port, ...line }, 'the prover broker is up');
  onListening?.(port);
  const { disks } = engine;
  const measured = { counts, status: () => broker.status, takeBodyBytes: () => server.takeMostBodyBytes() };
  const parts: readonly (((stop: AbortSignal) => Promise<void>) | undefined)[] = [
    async (stop) => {
      await whenAborted(stop);
      await server.stop(options.drainMs);
    },
    (stop) => broker.run(stop),
    (stop) => new BrokerMeasurement({ ...measured, metrics, log }).run(stop),
    (stop) => {
      const firstUnprovenEpoch = l1 && (() => l1.firstUnprovenEpoch());
      const isWanted = (id: EpochId): boolean => broker.isWaitedFor(id);
      const deps = { ...engine, rollup: line.rollup, firstUnprovenEpoch, isWanted, nowMs: windowNowMs, log };
      return runStreamedEpochCloser(deps, CLOSE_MS, stop);
    },
    async (stop) => {
      const takenOver = await keepTrying(() => takeOverEpochs(engine.epochs, line, windowNowMs()), {
        signal: stop,
        onError: (error) => log.warn({ err: error }, 'could not take over epochs of another version yet'),
      }).catch((error: unknown) => {
        if (stop.aborted) return [];
        throw error;
      });
      if (takenOver.length > 0) log.info({ epochIds: takenOver }, 'took over the epochs of another version of Aztec');
    },
    sweep &&
      ((stop) => {
        const { everyMs, strandedSeconds } = sweep;
        return runSweeper({ ...engine, strandedSeconds, nowMs: windowNowMs, log }, everyMs, stop);
      }),
    l1 && clock && ((stop) => followL1Clock({ clock, l1, l1SlotMs, engine, log }, stop)),
    confirmRollup,
    disks && ((stop) => new DiskMeasurement({ disks, metrics, log }).run(stop)),
    engine.scaler === undefined ? (stop) => runPoolMeasurement({ engine, metrics, log }, stop) : undefined,
    engine.scaler === undefined ? (stop) => runAgentWarning({ engine, log }, stop) : undefined,
  ];
  await runTogether(
    parts.filter((part) => part !== undefined),
    signal,
  );
}

/** Agents come through the broker, so it is ready without any: no load balancer may keep them away from it. */
function readinessOf({ reason, warning }: RpcStatus): readonly HealthCheck[] {
  const asText = (text: unknown): string | undefined => (typeof text === 'string' ? text : undefined);
  return [
    { name: 'engine', problem: asText(reason) },
    { name: 'fleet', problem: asText(warning), isWarning: true },
  ];
}

/** Aztec's clients of 4.1.2 only see the HTTP status: the engine's trouble is theirs. */
async function statusOf(
  broker: ProverBroker,
  line: BrokerLine,
  engine: Pick<Engine, 'queue' | 'disks'>,
  disagreement: ClockDisagreement | undefined,
): Promise<RpcStatus> {
  const about = { ...line, ...broker.status };
  try {
    const depths = await engine.queue.depths();
    const jobsWaiting = depths.reduce((sum, { waiting }) => sum + waiting, 0);
    const warnings = [
      ...(jobsWaiting > 0 && broker.status.agents === 0 ? ['jobs wait and no agent calls this broker'] : []),
      ...((await engine.disks?.spaces()) ?? [])
        .filter(({ isLow }) => isLow)
        .map(({ directory }) => `the disk of ${directory} is nearly full: payloads are refused until there is room`),
      ...(disagreement === undefined ? [] : [describeDisagreement(disagreement)]),
    ];
    return {
      ok: true,
      components: { proverBroker: { healthy: true } },
      ...about,
      jobsWaiting,
      ...(warnings.length > 0 && { warning: warnings.join('; ') }),
    };
  } catch (error) {
    const reason = `the engine is out of reach: ${errorText(error)}`;
    return { ok: false, components: { proverBroker: { healthy: false } }, ...about, reason };
  }
}
