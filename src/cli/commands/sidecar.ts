import { parseSidecarArguments } from "../../config/sidecar.ts";
import { roleCommand } from "../role-command.ts";
import { filesService, postgresServices, serve } from "../serve.ts";

export default roleCommand(
  "sidecar",
  "Serves whatever one settings file declares: bundles, databases, or both",
  async (inputs) => {
    const { settings, warnings } = parseSidecarArguments(inputs);
    const { files, postgres } = settings;
    const services = [
      ...(files === undefined ? [] : [filesService(files)]),
      ...(postgres === undefined ? [] : postgresServices(postgres)),
    ];
    const staysForEver = files?.sleepInsteadOfExit === true;
    return await serve(settings, services, warnings, staysForEver ? Infinity : (postgres?.sleepAfter ?? 0));
  },
);
