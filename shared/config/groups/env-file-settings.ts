import { optional, type SettingGroup } from '../setting.ts';
import { path } from '../value-kinds.ts';

/** The word that stands for "read no file". */
export const NO_ENV_FILE = 'none';

export const ENV_FILE_GROUP = {
  title: 'Files of settings',
  settings: {
    envFile: optional(path, {
      flag: 'env-file',
      variable: 'COPPICE_ENV_FILE',
      description: `File of variables, as Docker Compose reads it; flags and the environment override it (${NO_ENV_FILE}: no file)`,
      defaultNote: '.env in the working directory, if it exists',
    }),
  },
} as const satisfies SettingGroup;
