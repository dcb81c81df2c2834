/** The names and values of DynamoDB expressions in which `#name` is an attribute and `:name` a value. */
export interface ExpressionParts {
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/**
 * What the expressions mention, and nothing else: DynamoDB refuses a value that is not used.
 * @param values by their name, without the colon
 * @param names attributes whose name is not the word after the `#`
 */
export function partsOf(
  expressions: readonly string[],
  values: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>> = {},
): ExpressionParts {
  const text = expressions.join(' ');
  return {
    ExpressionAttributeNames: mentioned(text, /#(\w+)/g, (name) => names[name] ?? name),
    ExpressionAttributeValues: mentioned(text, /:(\w+)/g, (name) => values[name]),
  };
}

function mentioned<T>(text: string, pattern: RegExp, of: (name: string) => T): Record<string, T> {
  return Object.fromEntries(Array.from(text.matchAll(pattern), ([alias, name = '']) => [alias, of(name)]));
}
