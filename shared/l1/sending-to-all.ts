import { BaseError, RpcRequestError, type Transport } from 'viem';

type Request = ReturnType<Transport>['request'];

/**
 * A transport that reads as `inOrder` does, and sends raw transactions to every one of `transports`: a node that no longer
 * follows the chain accepts transactions, too, but passes them on to nobody. Sending succeeds when one of them accepts; when
 * all refuse, the error has the refusals of all.
 */
export function sendingToAll(inOrder: Transport, transports: readonly Transport[]): Transport {
  if (transports.length < 2) return inOrder;
  return (parameters) => {
    const reading = inOrder(parameters);
    const nodes = transports.map((transport) => transport({ ...parameters, retryCount: 0 }));
    const request = async (body: Parameters<Request>[0]): Promise<unknown> =>
      body.method === 'eth_sendRawTransaction' ? await requestFromAll(nodes, body) : await reading.request(body);
    return { ...reading, request: request as Request };
  };
}

async function requestFromAll(nodes: readonly ReturnType<Transport>[], body: Parameters<Request>[0]): Promise<unknown> {
  const answers = await Promise.allSettled(nodes.map(async ({ request }): Promise<unknown> => await request(body)));
  const accepted = answers.find((answer) => answer.status === 'fulfilled');
  if (accepted !== undefined) return accepted.value;
  const errors = answers.map((answer): unknown => (answer.status === 'rejected' ? answer.reason : undefined));
  const refusals = errors.map(refusalOf).filter((refusal) => refusal !== undefined);
  // A node that did not respond may have the transaction; while another one refuses it, that is better known.
  if (refusals.length === 0) throw errors[0];
  const message = [...new Set(refusals.map(({ details }) => details))].join('; ');
  throw new RpcRequestError({ body, url: '', error: { code: refusals[0]?.code ?? 0, message } });
}

function refusalOf(error: unknown): RpcRequestError | undefined {
  const found = error instanceof BaseError ? error.walk((link) => link instanceof RpcRequestError) : undefined;
  return found instanceof RpcRequestError ? found : undefined;
}
