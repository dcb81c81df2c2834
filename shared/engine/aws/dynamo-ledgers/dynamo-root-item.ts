import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';

import { z } from 'zod';

import { type DynamoItem, parseItem } from '../dynamo/dynamo-item.ts';
import { type DynamoTable, expiresAtSeconds } from '../dynamo/dynamo-table.ts';
import { UnreadableItemError } from '../../../ledger/errors.ts';
import { RootRecord } from '../../../ledger/outbox.ts';
import { EpochNumber } from '../../../proving-job/epoch-id.ts';

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

const RootBulk = RootRecord.pick({ data: true, submissions: true });
const RootItem = RootRecord.omit({ data: true, submissions: true }).extend({ bulk: z.instanceof(Uint8Array) });

/**
 * A root as attributes of an item: plain fields for an operator to read, the call and the signed transactions as `bulk`,
 * brotli of their JSON.
 *
 * An item holds 400 KB, and every signed transaction repeats the call, some 30 KB of hex. In a window that spans many
 * of them a repeat is nearly free: a call with 15 KB of proof packs to 16 KB, with 200 transactions to 42 KB.
 */
export async function packRoot(
  { data, submissions, ...fields }: RootRecord,
  nowMs: number,
): Promise<Omit<z.infer<typeof RootItem>, 'bulk'> & { readonly bulk: Uint8Array; readonly expiresAtSeconds?: number }> {
  const json = Buffer.from(JSON.stringify({ data, submissions }));
  const bulk = await compress(json, {
    params: {
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      // The first that finds every repeat; higher ones take longer and gain nothing, since the rest is random.
      [constants.BROTLI_PARAM_QUALITY]: 5,
      [constants.BROTLI_PARAM_SIZE_HINT]: json.length,
    },
  });
  const isSettled = fields.state === 'mined' || fields.state === 'expired';
  return { ...fields, bulk, ...(isSettled && { expiresAtSeconds: expiresAtSeconds(nowMs) }) };
}

/** @throws {UnreadableItemError} */
export async function unpackRoot(table: DynamoTable, item: DynamoItem): Promise<RootRecord> {
  // An earlier version recorded the number alone.
  const known = { epochId: String(EpochNumber.safeParse(item['epoch']).data), ...item };
  const { bulk, ...fields } = parseItem(RootItem, table, known);
  try {
    return { ...fields, ...RootBulk.parse(JSON.parse((await decompress(bulk)).toString())) };
  } catch (error) {
    throw new UnreadableItemError(table.name, item.pk, item.sk, 'its attribute bulk is not brotli of a root’s JSON', {
      cause: error,
    });
  }
}
