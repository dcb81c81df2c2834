import { z } from 'zod';

import * as ethereum from '../../shared/config/ethereum-kinds.ts';
import { reasonOf } from '../../shared/config/value-kinds.ts';

/** As a flag takes it, with its checksum. */
export const address = z.string().check(({ value, issues }) => {
  const { error } = ethereum.address.parse(value);
  if (error === undefined) return;
  const message = reasonOf(error.issues[0]) ?? `must be ${ethereum.address.allowed}`;
  issues.push({ code: 'custom', input: value, message });
});
