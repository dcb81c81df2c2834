import { L1Clock } from '../../shared/l1/l1-clock.ts';
import { checkL1Chain, createL1Client } from '../../shared/l1/l1-client.ts';
import type { RootSubmitterDeps } from '../../shared/l1/submission/root-submitter.ts';
import { toSubmissionPolicy } from '../../shared/l1/submission/submission-policy.ts';
import { readInvocation } from '../../shared/lambda/invocation.ts';
import { addL1Secret } from '../../shared/lambda/l1-secret.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { loadAccount } from './load-account.ts';
import { type OpenRoot, submitRoot } from './submit-root.ts';
import { parseSubmitRootSettings } from './submit-root-settings.ts';

const prepared = oncePerContainer(async (): Promise<Omit<RootSubmitterDeps, 'submitterId'>> => {
  const settings = parseSubmitRootSettings(await addL1Secret(process.env));
  const { l1RpcUrls: rpcUrls, l1ChainId: chainId } = settings;
  const { engine, log } = openFunction('submit-root', settings);
  const l1 = createL1Client({ rpcUrls, chainId });
  const silentHosts = await checkL1Chain(l1);
  if (silentHosts.length > 0) log.warn({ hosts: silentHosts }, 'some L1 nodes do not answer');
  return {
    outbox: engine.outbox,
    decisions: engine.decisions,
    epochs: engine.epochs,
    incidents: engine.incidents,
    l1,
    account: await loadAccount(settings),
    policy: toSubmissionPolicy(settings),
    nowMs: Date.now,
    clock: new L1Clock({ nowMs: Date.now, steadyMs: () => performance.now() }),
    log,
  };
});

/** Runs once a minute and by hand; the event does not matter. Returns which roots are still open, and why. */
export async function handler(_event: unknown, context: unknown): Promise<{ readonly openRoots: readonly OpenRoot[] }> {
  const invocation = readInvocation(context);
  const deps = await prepared.get();
  try {
    return { openRoots: await submitRoot(deps, invocation) };
  } catch (error) {
    // The key may have been replaced, in the secret or behind the alias.
    prepared.forget();
    throw error;
  }
}
