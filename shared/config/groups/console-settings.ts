import { z } from 'zod';

import { optional, type SettingGroup, withDefault } from '../setting.ts';
import { kind, listOf, port, text } from '../value-kinds.ts';

const hostName = kind(
  z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/),
  'a host name such as console.example.com, without a port',
  '<name>',
);

/** Where `coppice console` listens. */
export const CONSOLE_GROUP = {
  title: 'Where the console listens',
  settings: {
    consolePort: withDefault(port, '0', {
      flag: 'port',
      variable: 'COPPICE_CONSOLE_PORT',
      description: 'Port of the console; 0: any that is free',
    }),
    consoleHost: withDefault(text, '127.0.0.1', {
      flag: 'host',
      variable: 'COPPICE_CONSOLE_HOST',
      description: 'Address on which it listens; 0.0.0.0 for all. It asks for no password: fence the port',
    }),
    consoleHostNames: optional(listOf(hostName), {
      flag: 'host-names',
      variable: 'COPPICE_CONSOLE_HOST_NAMES',
      description: 'Host names by which browsers may call it, as behind a proxy',
      defaultNote: 'localhost, and addresses',
    }),
  },
} as const satisfies SettingGroup;
