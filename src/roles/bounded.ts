/**
 * Runs the tasks, at most `limit` at the same time. The first that fails breaks the others off, and is thrown once all have
 * come to rest: nothing is still being written when this returns.
 */
export async function bounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  task: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<readonly Result[]> {
  const broken = new AbortController();
  const either = AbortSignal.any([signal, broken.signal]);
  const results: Result[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        either.throwIfAborted();
        results[index] = await task(items[index] as Item, either);
      } catch (error) {
        failures.push(error);
        broken.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(limit, 1), items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
