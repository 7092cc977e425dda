/** The lines of a stream, one at a time; undefined at its end. */
export function linesOf(stream: ReadableStream<Uint8Array>): { next(): Promise<string | undefined> } {
  const iterator = split(stream);
  return {
    async next() {
      const { value, done } = await iterator.next();
      return done === true ? undefined : value;
    },
  };
}

async function* split(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let pending = "";
  for await (const bytes of stream) {
    const lines = (pending + decoder.decode(bytes, { stream: true })).split("\n");
    pending = lines.pop() ?? "";
    yield* lines;
  }
  if (pending !== "") yield pending;
}
