import { createNativeEngine } from "../../../../src/adapters/engines/native/engine.ts";
import { bundleEngineContract } from "../../../contracts/bundle-engine.ts";

bundleEngineContract("native", async ({ url }) => ({
  engine: createNativeEngine({ store: url }),
  remove: async () => undefined,
}));
