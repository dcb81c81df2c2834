import type { z } from 'zod';

import { BROKER_NAMESPACE, BROKER_PARAMS, type BrokerMethod } from '../../shared/broker-api/broker-methods.ts';
import type { AgentCalls } from './agent-calls.ts';
import type { NodeCalls } from './node-calls.ts';
import { CallRefusedError } from './transport/errors.ts';
import { RPC_CODES, type RpcMethod } from './transport/json-rpc.ts';

/** Aztec's client code has factories for these as well. */
const AGENT_NAMESPACE = 'provingJobConsumer';
const NODE_NAMESPACE = 'provingJobProducer';

/** Aztec's debugging call: the jobs of this broker are revived by an operator. */
const REPLAY = 'replayProvingJob';

/** The methods of Aztec's broker that nodes call, by their names on the wire. */
export function nodeMethods(node: NodeCalls): ReadonlyMap<string, RpcMethod> {
  const methods: Partial<Record<BrokerMethod, RpcMethod>> = {
    enqueueProvingJob: method('enqueueProvingJob', ([job], call) => node.enqueue(job, call)),
    getProvingJobStatus: method('getProvingJobStatus', ([id], call) => node.status(id, call)),
    cancelProvingJob: method('cancelProvingJob', ([id], call) => node.cancel(id, call)),
    getCompletedJobs: method('getCompletedJobs', ([ids], call) => node.completed(ids, call)),
  };
  return new Map([
    ...named(BROKER_NAMESPACE, { ...methods, [REPLAY]: refuseReplay }),
    ...named(NODE_NAMESPACE, methods),
  ]);
}

/** The methods that agents call. */
export function agentMethods(
  agent: Pick<AgentCalls, 'getJob' | 'progress' | 'succeed' | 'fail'>,
): ReadonlyMap<string, RpcMethod> {
  const methods: Partial<Record<BrokerMethod, RpcMethod>> = {
    getProvingJob: method('getProvingJob', ([filter], call) => agent.getJob(filter, call)),
    reportProvingJobProgress: method('reportProvingJobProgress', ([id, startedAtMs, filter], call) =>
      agent.progress(id, startedAtMs, filter, call),
    ),
    reportProvingJobSuccess: method('reportProvingJobSuccess', ([id, proof, filter], call) =>
      agent.succeed(id, proof, filter, call),
    ),
    reportProvingJobError: method('reportProvingJobError', ([id, message, , filter], call) =>
      agent.fail(id, message, filter, call),
    ),
  };
  return new Map([...named(BROKER_NAMESPACE, methods), ...named(AGENT_NAMESPACE, methods)]);
}

/** The method that only agents of Coppice call. */
export function returnMethods(agent: Pick<AgentCalls, 'giveBack'>): ReadonlyMap<string, RpcMethod> {
  const giveBack = method('returnProvingJob', ([id, startedAtMs], call) => agent.giveBack(id, startedAtMs, call));
  return new Map(named(BROKER_NAMESPACE, { returnProvingJob: giveBack }));
}

type Params<Name extends BrokerMethod> = z.output<(typeof BROKER_PARAMS)[Name]>;

/** A method with its parameters checked. */
function method<Name extends BrokerMethod>(
  name: Name,
  run: (params: Params<Name>, call: Parameters<RpcMethod>[1]) => Promise<unknown>,
): RpcMethod {
  return async (params, call) => {
    const parsed = BROKER_PARAMS[name].safeParse(params);
    if (parsed.success) return run(parsed.data as Params<Name>, call);
    // Where, but not what: it may be a payload.
    const places = parsed.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`);
    throw new CallRefusedError(RPC_CODES.invalidParams, `invalid parameters of ${name} (${places.join('; ')})`);
  };
}

async function refuseReplay(): Promise<never> {
  throw new CallRefusedError(RPC_CODES.refused, 'this broker replays no job: run coppice retry with its id');
}

function named(namespace: string, methods: Readonly<Record<string, RpcMethod>>): (readonly [string, RpcMethod])[] {
  return Object.entries(methods).map(([name, run]) => [`${namespace}_${name}`, run] as const);
}
