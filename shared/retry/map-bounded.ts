/**
 * Calls `act` for every item, at most `limit` at a time, and answers in their order. The first error ends it: calls
 * under way finish, no others begin.
 */
export async function mapBounded<Item, Answer>(
  items: readonly Item[],
  limit: number,
  act: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const left = items.entries();
  let failed = false;
  const work = async (): Promise<void> => {
    for (const [index, item] of left) {
      if (failed) return;
      try {
        answers[index] = await act(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return answers;
}
