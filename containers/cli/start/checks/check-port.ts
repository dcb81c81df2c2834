import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

import { nameOf, type SettingNames } from '../../../../shared/config/setting.ts';
import { missing, ready, type RoleFinding } from './role-finding.ts';

export interface PortToCheck {
  /** What listens there, such as `the node's status`. */
  readonly of: string;
  /** 0 for none. */
  readonly port: number;
  /** The setting that names another. */
  readonly setting: SettingNames;
  /** @default all of the machine's addresses */
  readonly host?: string | undefined;
  readonly protocol?: 'tcp' | 'udp';
}

/** Whether nothing else listens at the port. */
export async function checkPort({
  of,
  port,
  setting,
  host,
  protocol = 'tcp',
}: PortToCheck): Promise<readonly RoleFinding[]> {
  if (port === 0) return [];
  const subject = `port ${port}/${protocol}`;
  const code = await (protocol === 'tcp' ? tcpProblem(port, host) : udpProblem(port, host));
  if (code === undefined) return [ready(subject, `free for ${of}`)];
  const detail = code === 'EADDRINUSE' ? `is in use, and ${of} needs it` : `cannot be opened for ${of} (${code})`;
  return [
    missing('surroundings', subject, detail, `stop the program that listens there, or give another ${nameOf(setting)}`),
  ];
}

function tcpProblem(port: number, host: string | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host }, () => server.close(() => resolve(undefined)));
  });
}

function udpProblem(port: number, address: string | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? error.message);
    });
    socket.bind({ port, ...(address !== undefined && { address }) }, () => socket.close(() => resolve(undefined)));
  });
}
