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

/** What every process of Coppice has: logs, metrics, a way to end. */
export const PROCESS_SETTINGS = {
  title: 'Logs, metrics, and how a process ends',
  settings: {
    logLevel: withDefault(logLevel, DEFAULT_LOG_LEVEL, {
      flag: 'log-level',
      variable: 'LOG_LEVEL',
      description: "What is logged, by Coppice (modules coppice:…) and by Aztec's packages",
    }),
    logJson: optional(switchKind, {
      flag: 'log-json',
      variable: 'LOG_JSON',
      description: 'Log JSON objects, one a line',
      defaultNote: 'true unless stderr is a terminal',
    }),
    metrics: withDefault(oneOf(['none', 'emf']), 'none', {
      flag: 'metrics',
      variable: 'COPPICE_METRICS',
      description: "emf: metrics as lines of CloudWatch's embedded format on stdout",
    }),
    metricsNamespace: withDefault(text, 'Coppice', {
      flag: 'metrics-namespace',
      variable: 'COPPICE_METRICS_NAMESPACE',
      description: 'The namespace of these metrics',
    }),
    drainSeconds: withDefault(integer(1, 3600), '25', {
      flag: 'drain-seconds',
      variable: 'COPPICE_DRAIN_SECONDS',
      description: 'How long a process may take to end after SIGTERM; an agent gives back what it cannot finish',
    }),
  },
} as const satisfies SettingGroup;
