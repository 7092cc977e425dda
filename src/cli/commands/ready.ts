import { defineCommand } from "citty";
import { judgeReady, together } from "../../core/probes.ts";
import { lifeSigns } from "../life-signs.ts";
import { PROBE_ARGS, probeRequest } from "../probe-request.ts";
import { report } from "../probe-report.ts";

export default defineCommand({
  meta: {
    name: "ready",
    description:
      "Readiness probe: exits with 0 when each of the participants lives and serves, or is done; else with 69. Example: datamon-sidecar ready --coord-point /coord --for files",
  },
  args: PROBE_ARGS,
  async run({ args, rawArgs }) {
    const signs = await lifeSigns(probeRequest(args, rawArgs, process.env));
    return report(together(signs.map(({ sign, alive }) => (alive.ok ? judgeReady(sign) : alive))));
  },
});
