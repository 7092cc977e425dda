import type { AnyCommand } from "../../run-command.ts";
import { manifestCommand } from "./manifest-command.ts";

const command: AnyCommand = {
  meta: { name: "manifest", description: "Writes Kubernetes objects for an application and its sidecars" },
  subCommands: {
    pod: manifestCommand("pod", "a pod"),
    job: manifestCommand("job", "a job, whose every try is a fresh pod"),
    argo: manifestCommand("argo", "a workflow for Argo, whose main container is the application's"),
  },
};

export default command;
