/** Memory one stream of a child may take, in characters. */
const TAIL_LENGTH = 4096;
/** A longer line is handed on in pieces of this length, so that endless output without a line end is bounded too. */
const LONGEST_LINE = 64 * 1024;

/** Keeps the end of a stream of text and hands out its lines; memory is bounded whatever comes. */
export class OutputTail {
  #tail = "";
  #unfinished = "";
  readonly #decoder = new TextDecoder();
  readonly #onLine: ((line: string) => void) | undefined;

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    this.#append(this.#decoder.decode(chunk, { stream: true }));
  }

  /** Call when the stream has ended: the last line may lack its line end. */
  end(): void {
    this.#append(this.#decoder.decode());
    if (this.#unfinished !== "") this.#onLine?.(this.#unfinished);
    this.#unfinished = "";
  }

  /** The last characters seen. */
  get text(): string {
    return this.#tail;
  }

  #append(text: string): void {
    this.#tail = (this.#tail + text).slice(-TAIL_LENGTH);
    if (this.#onLine === undefined) return;
    const lines = (this.#unfinished + text).split("\n");
    this.#unfinished = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line);
    while (this.#unfinished.length > LONGEST_LINE) {
      this.#onLine(this.#unfinished.slice(0, LONGEST_LINE));
      this.#unfinished = this.#unfinished.slice(LONGEST_LINE);
    }
  }
}
