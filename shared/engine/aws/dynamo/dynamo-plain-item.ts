import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * An item in plain values. The document client does this to answers, but not to the items inside of an error, nor to
 * those of a stream. Of the types, those that the ledger writes.
 */
export function plainItem(item: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.L !== undefined) return value.L.map(plainValue);
  if (value.M !== undefined) return plainItem(value.M);
  if (value.NULL !== undefined) return null;
  throw new Error(`the ledger writes no attributes of type ${Object.keys(value).join()}: something else did`);
}
