import { z } from 'zod';

import { type ComponentVersions } from '../../../shared/broker-api/component-versions.ts';
import { BrokerOutOfReachError, BrokerRequestRefusedError } from '../../../shared/broker-api/errors.ts';
import { postJson } from '../../../shared/broker-api/post-json.ts';
import { readStatus } from '../../../shared/broker-api/read-status.ts';
import { NODE_WATCH_GROUP } from '../../../shared/config/groups/node-watch-settings.ts';
import type { Secret } from '../../../shared/config/secret.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import type { CopyingNode } from '../../../shared/ledger/node-snapshots.ts';
import type { NodeSession } from '../../../shared/ledger/watched-nodes.ts';
import { EpochNumber } from '../../../shared/proving-job/epoch-id.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import { redactUrl } from '../../../shared/telemetry/redact-urls.ts';
import { stageOf } from './session-stage.ts';

export interface OfficialNodeOptions {
  /** Where it serves its status, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Where it serves its admin API: from version 5 on another port, such as 8880. */
  readonly adminUrl: string;
  readonly adminKey: Secret<string> | undefined;
}

/** What an official node says of itself at one moment. */
export interface NodeView {
  /** Empty while it is in standby, and for versions that say nothing. */
  readonly versions: ComponentVersions;
  /** `undefined` when it does not list them. */
  readonly sessions: readonly NodeSession[] | undefined;
  /** Why it lists none, and what to do. */
  readonly problem: string | undefined;
}

const TIMEOUT_MS = 10_000;

const Answer = z.tuple([
  z.object({ result: z.unknown().optional(), error: z.object({ message: z.string() }).optional() }),
]);
const Jobs = z.array(z.object({ status: z.string(), epochNumber: EpochNumber }));

/** The node does not take a call. */
class NodeCallError extends Error {
  override readonly name = 'NodeCallError';

  constructor(method: string, message: string) {
    super(`the official node refuses ${method}: ${message.slice(0, 300)}`);
  }
}

/** Aztec's own node, through the APIs that it serves to its operator. */
export class OfficialNode implements CopyingNode {
  readonly #options: OfficialNodeOptions;

  constructor(options: OfficialNodeOptions) {
    this.#options = options;
  }

  /** Never fails: what is wrong is part of the view. */
  async view(signal: AbortSignal): Promise<NodeView> {
    const { url } = this.#options;
    let versions: ComponentVersions;
    try {
      ({ versions } = await readStatus(url, signal));
    } catch (error) {
      const problem = `no node responds at ${redactUrl(url)} (${reasonOf(error)}): it is down, or still catches up with the chain`;
      return { versions: {}, sessions: undefined, problem };
    }
    try {
      return { versions, sessions: await this.#readSessions(signal), problem: undefined };
    } catch (error) {
      return { versions, sessions: undefined, problem: this.#explain(error) };
    }
  }

  async isBusy(signal: AbortSignal): Promise<boolean | undefined> {
    const { sessions } = await this.view(signal);
    return sessions?.some(({ state }) => ['proving', 'submitting'].includes(stageOf(state)));
  }

  async startSnapshot(location: string, signal: AbortSignal): Promise<void> {
    await this.#call(this.#options.adminUrl, 'nodeAdmin_startSnapshotUpload', [location], signal);
  }

  /** Versions before 5 list them at the port of their status. */
  async #readSessions(signal: AbortSignal): Promise<readonly NodeSession[]> {
    const { url, adminUrl } = this.#options;
    const read = async (from: string): Promise<readonly NodeSession[]> => {
      const jobs = Jobs.parse(await this.#call(from, 'prover_getJobs', [], signal));
      return jobs
        .map(({ epochNumber: epoch, status: state }) => ({ epoch, state }))
        .toSorted((a, b) => a.epoch - b.epoch);
    };
    try {
      return await read(adminUrl);
    } catch (error) {
      if (!(error instanceof NodeCallError) || adminUrl === url) throw error;
      return await read(url);
    }
  }

  async #call(url: string, method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    const { adminKey } = this.#options;
    const call = [{ jsonrpc: '2.0', id: 0, method, params }];
    const key: Record<string, string> = adminKey === undefined ? {} : { 'x-api-key': adminKey.reveal() };
    const { body } = await postJson(url, call, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]), key);
    const [{ result, error }] = Answer.parse(body);
    if (error !== undefined) throw new NodeCallError(method, error.message);
    return result;
  }

  #explain(error: unknown): string {
    const { nodeAdminUrl, nodeAdminKey } = NODE_WATCH_GROUP.settings;
    const shown = redactUrl(this.#options.adminUrl);
    if (error instanceof BrokerRequestRefusedError && error.httpStatus === 401) {
      return (
        `the node's admin API at ${shown} refuses the key: set ${nameOf(nodeAdminKey)} to the key whose SHA-256 the node ` +
        'has as AZTEC_ADMIN_API_KEY_HASH'
      );
    }
    if (error instanceof BrokerOutOfReachError) {
      return (
        `the node serves its status, but not its admin API at ${shown} (${reasonOf(error)}): it waits for its rollup in ` +
        `standby, has shut down by itself, or has another AZTEC_ADMIN_PORT than ${nameOf(nodeAdminUrl)} says`
      );
    }
    return (
      `the node at ${shown} does not list its sessions (${reasonOf(error)}): check that it was started with --prover-node, ` +
      `and that ${nameOf(nodeAdminUrl)} is its admin API`
    );
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof BrokerOutOfReachError) return error.what;
  if (error instanceof BrokerRequestRefusedError) return `HTTP ${error.httpStatus}`;
  return error instanceof z.ZodError ? 'an unknown answer' : errorText(error);
}
