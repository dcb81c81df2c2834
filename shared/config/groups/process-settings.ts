import { z } from 'zod';

import { DEFAULT_LOG_LEVEL, LOG_LEVELS, parseLogLevel } from '../../telemetry/log-level.ts';
import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { integer, kind, oneOf, switchKind, text } from '../value-kinds.ts';

const logLevel = kind(
  z.string().refine((level) => {
    try {
      parseLogLevel(level);
      return true;
    } catch {
      return false;
    }
  }),
  `a level (${LOG_LEVELS.join(', ')}), then filters <level>:<module>,<module> after semicolons`,
  '<level>',
);

/** Settings of every process of Coppice: logs, metrics, drills, shutdown. */
export const PROCESS_SETTINGS = {
  title: 'Logs, metrics, drills and shutdown',
  settings: {
    logLevel: withDefault(logLevel, DEFAULT_LOG_LEVEL, {
      flag: 'log-level',
      variable: 'LOG_LEVEL',
      description: "Log level of Coppice (modules coppice:…) and of Aztec's packages",
    }),
    logJson: optional(switchKind, {
      flag: 'log-json',
      variable: 'LOG_JSON',
      description: 'Log one JSON object per line',
      defaultNote: 'true unless stderr is a terminal',
    }),
    metrics: withDefault(oneOf(['none', 'emf']), 'none', {
      flag: 'metrics',
      variable: 'COPPICE_METRICS',
      description: "emf: write metrics to stdout in CloudWatch's embedded metric format",
    }),
    metricsNamespace: withDefault(text, 'Coppice', {
      flag: 'metrics-namespace',
      variable: 'COPPICE_METRICS_NAMESPACE',
      description: 'CloudWatch namespace of these metrics',
    }),
    drills: withDefault(oneOf(['off', 'allowed']), 'off', {
      flag: 'drills',
      variable: 'COPPICE_DRILLS',
      description:
        'allowed: coppice drill may delay a settlement, fail requests to L1, or kill the agent in this process',
    }),
    drainSeconds: withDefault(integer(1, 3600), '25', {
      flag: 'drain-seconds',
      variable: 'COPPICE_DRAIN_SECONDS',
      description: 'Time for a clean shutdown after SIGTERM, in seconds; agents return unfinished jobs',
    }),
  },
} as const satisfies SettingGroup;
