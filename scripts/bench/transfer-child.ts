/** One transfer of the native engine in a process of its own, so that its peak memory can be told. */
import { createNativeEngine } from "../../src/adapters/engines/native/engine.ts";

const [verb, store = "", path = ""] = process.argv.slice(2);
const engine = createNativeEngine({ store });
const never = new AbortController().signal;
const nobody = () => undefined;

if (verb === "upload") {
  await engine.upload({ repo: "bench", path, message: "bench", label: "bench" }, nobody, never);
} else {
  const ref = { type: "label", label: "bench" } as const;
  await engine.download({ repo: "bench", ref, destination: path }, nobody, never);
}
