import { defineCommand } from "citty";
import { together } from "../../core/probes.ts";
import { lifeSigns } from "../life-signs.ts";
import { PROBE_ARGS, probeRequest } from "../probe-request.ts";
import { report } from "../probe-report.ts";

export default defineCommand({
  meta: {
    name: "alive",
    description:
      "Liveness and startup probe: exits with 0 when each of the participants has given a sign of life lately, or is done; else with 69. Example: datamon-sidecar alive --coord-point /coord --for files",
  },
  args: PROBE_ARGS,
  async run({ args, rawArgs }) {
    const signs = await lifeSigns(probeRequest(args, rawArgs, process.env));
    return report(together(signs.map(({ alive }) => alive)));
  },
});
