import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** An RPC address that can go down and come back while the chain behind it goes on. */
export interface TcpGate {
  readonly url: string;
  /** Cuts every connection and refuses new ones. */
  close(): Promise<void>;
  open(): Promise<void>;
  /** Takes connections and never answers on them. */
  hang(): void;
}

export async function openTcpGate(targetPort: number): Promise<TcpGate> {
  const sockets = new Set<Socket>();
  let isHanging = false;
  const server = createServer((incoming) => {
    sockets.add(incoming);
    incoming.on('error', () => incoming.destroy()).on('close', () => sockets.delete(incoming));
    if (isHanging) return;
    const outgoing = connect(targetPort, '127.0.0.1');
    outgoing.on('error', () => incoming.destroy()).on('close', () => incoming.destroy());
    incoming
      .on('close', () => outgoing.destroy())
      .pipe(outgoing)
      .pipe(incoming);
  });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
    async open() {
      await listen(server, port);
    },
    hang() {
      isHanging = true;
      cut();
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}
