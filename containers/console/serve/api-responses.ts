import { redactedJson } from '../../../shared/telemetry/redacted-json.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import { explainError } from '../../processes/explain-error.ts';
import { EpochUnknownError } from '../../fleet-view/find-epoch.ts';
import { JobUnknownError } from '../../fleet-view/find-job.ts';
import type { Failure, FailureCode } from '../api/answer.ts';
import type { ConsoleDeps } from '../read/console-deps.ts';
import { BadRequestError } from '../read/errors.ts';
import { findResource } from '../read/find-resource.ts';
import type { ReadCache } from '../read/read-cache.ts';
import { packBody, type PackedBody } from './packed-body.ts';

/** What a path of the API returns. */
export interface ApiResponse {
  readonly status: number;
  readonly body: PackedBody;
}

const STATUSES: Readonly<Record<FailureCode, number>> = {
  'bad-request': 400,
  'bad-host': 403,
  'unknown-page': 404,
  'unknown-epoch': 404,
  'unknown-job': 404,
  'bad-method': 405,
  'unreadable-fleet': 503,
};

export interface ApiResponsesDeps {
  readonly resources: ConsoleDeps;
  readonly cache: ReadCache;
  /** Called with what could not be read, for the operator. */
  readonly onTrouble: (message: string) => void;
}

/** The API: each response is made once, and kept for as long as what it shows is good. */
export class ApiResponses {
  readonly #deps: ApiResponsesDeps;

  constructor(deps: ApiResponsesDeps) {
    this.#deps = deps;
  }

  /** @param path below `/api/` */
  async find(path: string, query: URLSearchParams): Promise<ApiResponse> {
    const { resources, cache, onTrouble } = this.#deps;
    try {
      const resource = findResource(path, query);
      if (resource === undefined) {
        return await failureOf('unknown-page', `/api/${path} does not exist: containers/console/api lists what does`);
      }
      const { body } = await cache.read(
        `response ${resource.key}`,
        ({ goodForMs }) => goodForMs,
        async () => {
          const moment = await resource.read(resources);
          return { goodForMs: moment.goodForMs, body: await packBody(redactedJson(moment)) };
        },
      );
      return { status: 200, body };
    } catch (error) {
      const code = codeOf(error);
      const message = explainError(error) ?? errorText(error);
      if (code === 'unreadable-fleet') onTrouble(message);
      return await failureOf(code, message);
    }
  }
}

export async function failureOf(code: FailureCode, message: string): Promise<ApiResponse> {
  const failure: Failure = { error: { code, message } };
  return { status: STATUSES[code], body: await packBody(redactedJson(failure)) };
}

function codeOf(error: unknown): FailureCode {
  if (error instanceof BadRequestError) return 'bad-request';
  if (error instanceof EpochUnknownError) return 'unknown-epoch';
  if (error instanceof JobUnknownError) return 'unknown-job';
  return 'unreadable-fleet';
}
