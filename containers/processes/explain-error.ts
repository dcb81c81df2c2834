import { ENGINE_SETTINGS } from '../../shared/config/groups/engine-settings.ts';
import { nameOf } from '../../shared/config/setting.ts';
import type { EngineOptions } from '../../shared/engine/open-engine.ts';

const { dataDirectory, awsEndpoint } = ENGINE_SETTINGS.settings;

/** SQLite's primary result codes; extended codes carry them in their low byte. */
const SQLITE_PROBLEMS: Readonly<Record<number, string>> = {
  5: 'stayed locked by another process for 10 s: find the process that holds it (fuser shows it), then try again',
  6: 'stayed locked by another process for 10 s: find the process that holds it (fuser shows it), then try again',
  8: "cannot be written: run the command as the fleet's user, and check that the file system is not mounted read-only",
  10: 'cannot be read or written: check the disk and the log of the kernel',
  11: 'is damaged: stop the fleet, move coppice.sqlite* out of the folder, and start it again; open epochs are proven anew',
  13: 'has no space left on its disk: free some, then try again',
  14: 'cannot be opened: check that the folder exists and that this user may write to it and to its files',
  26: `is not an SQLite database: correct ${nameOf(dataDirectory)}, or restore the file`,
};

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied: give this user access to it, or run as the user that owns it',
  EPERM: 'permission denied: give this user access to it, or run as the user that owns it',
  EROFS: 'its file system is read-only: mount it writable, or choose another folder',
  ENOENT: 'no such file or folder: check the path',
  ENOTDIR: 'a part of the path is a file where a folder is needed: check the path',
  ENOSPC: 'no space left on its disk: free some, then try again',
  EDQUOT: "this user's disk quota is used up: free some space, then try again",
};

const CONNECTION_PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection: check that the service is up and listens there',
  ECONNRESET: 'closed the connection: check the service, then try again',
  EHOSTUNREACH: 'cannot be reached: check the network and the firewall',
  ENETUNREACH: 'cannot be reached: check the network and the firewall',
  ETIMEDOUT: 'did not respond in time: check the network and the firewall',
  ENOTFOUND: 'is an unknown host name: check its spelling and the name server',
  EAI_AGAIN: 'could not be resolved, because no name server responded: check the network',
};

/** What the errors of libraries and the system carry besides their message. */
interface SystemError extends Error {
  readonly code: string;
  readonly errcode?: number;
  readonly path?: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

/**
 * Says which file, database or server failed, and what to do, for an error of SQLite, the file system or the network.
 * @param engine where the fleet's data is; such errors do not always say so
 * @returns `undefined` for any other error, Coppice's own included: their messages say it already
 */
export function explainError(error: unknown, engine?: EngineOptions): string | undefined {
  const found = systemErrorIn(error);
  if (found === undefined) return undefined;
  return explainSqlite(found, engine) ?? explainFile(found, engine) ?? explainConnection(found, engine);
}

function systemErrorIn(error: unknown): SystemError | undefined {
  if (!(error instanceof Error)) return undefined;
  // One attempt per address of a host; they fail alike.
  if (error instanceof AggregateError) return systemErrorIn(error.errors[0]);
  if (error instanceof TypeError && error.message === 'fetch failed') return systemErrorIn(error.cause);
  return 'code' in error && typeof error.code === 'string' ? (error as SystemError) : undefined;
}

function explainSqlite(
  { code, errcode = 0, message }: SystemError,
  engine: EngineOptions | undefined,
): string | undefined {
  const problem = code === 'ERR_SQLITE_ERROR' ? SQLITE_PROBLEMS[errcode & 0xff] : undefined;
  if (problem === undefined) return undefined;
  const where = engine?.engine === 'embedded' ? ` ${engine.dataDirectory}/coppice.sqlite` : '';
  return `the database${where} ${problem} (SQLite: ${message})`;
}

function explainFile({ code, path, syscall = '' }: SystemError, engine: EngineOptions | undefined): string | undefined {
  const problem = FILE_PROBLEMS[code];
  if (problem === undefined) return undefined;
  if (syscall.startsWith('spawn')) {
    return `the program ${path ?? syscall.slice('spawn '.length)} cannot be started: check that it is installed and executable (${code})`;
  }
  const where = path ?? (engine?.engine === 'embedded' ? engine.dataDirectory : undefined);
  return where === undefined ? undefined : `${where}: ${problem} (${code})`;
}

function explainConnection(
  { code, address, port, hostname }: SystemError,
  engine: EngineOptions | undefined,
): string | undefined {
  const problem = CONNECTION_PROBLEMS[code];
  if (problem === undefined) return undefined;
  const server =
    hostname ?? (address === undefined ? 'the server' : `${address}${port === undefined ? '' : `:${port}`}`);
  if (engine?.engine !== 'aws') return `${server} ${problem} (${code})`;
  const endpoint = engine.connection.endpoint ?? process.env['AWS_ENDPOINT_URL'];
  const advice = endpoint === undefined ? '' : `, or correct ${nameOf(awsEndpoint)}`;
  return `AWS at ${endpoint ?? server} ${problem}${advice} (${code})`;
}
