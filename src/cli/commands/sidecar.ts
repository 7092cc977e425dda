import { parseSidecarArguments } from "../../config/sidecar.ts";
import { roleCommand } from "../role-command.ts";
import { serve } from "../serve.ts";

export default roleCommand(
  "sidecar",
  "Serves whatever one settings file declares: bundles, databases, or both",
  async (inputs) => {
    const { settings, warnings } = parseSidecarArguments(inputs);
    return await serve(settings, settings, warnings);
  },
);
