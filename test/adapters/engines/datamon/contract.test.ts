import { verifyAgainstStore } from "../../../../src/adapters/engines/datamon/native-verify.ts";
import { bundleEngineContract } from "../../../contracts/bundle-engine.ts";
import { datamonKit } from "../../../support/datamon.ts";

bundleEngineContract("datamon", ({ url }) => datamonKit(url, { verify: verifyAgainstStore({ store: url }) }));
