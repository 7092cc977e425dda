/** A worker thread of the native engine; `worker-crew.ts` starts it. */
import { toKnownError } from "../../../core/errors.ts";
import { perform } from "./jobs.ts";
import { type Request, type Response, toWire } from "./worker-message.ts";
import { Workbenches } from "./workbenches.ts";

declare const self: Worker;

const benches = new Workbenches();
let last: Promise<void> = Promise.resolve();

/** One after the other: answers are known by their order, and the jobs share one buffer. */
self.addEventListener("message", (event: MessageEvent<Request>) => {
  last = last
    .then(() => answer(event.data))
    .catch((error: unknown): Response => ({ type: "failed", error: toWire(toKnownError(error)) }))
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    .then((response) => self.postMessage(response));
});

async function answer(request: Request): Promise<Response> {
  if (request.type === "forget") {
    benches.forget(request.session);
    return { type: "done", output: undefined };
  }
  const bench = await benches.for(request.session);
  return { type: "done", output: await perform(bench, request.job, request.input) };
}
