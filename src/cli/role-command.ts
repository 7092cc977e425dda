import { helpAsked } from "../config/gather.ts";
import type { Role } from "../config/schema/roles.ts";
import type { Inputs } from "../config/settings.ts";
import type { AnyCommand } from "./run-command.ts";
import { inputsOf } from "./settings-file.ts";
import { telling } from "./telling.ts";

/** A command that lives a role: its flags are the role's settings, its help is made of them. */
export function roleCommand(
  role: Role,
  description: string,
  run: (inputs: Inputs) => Promise<number>,
): AnyCommand {
  return {
    meta: { name: role, description },
    async run({ rawArgs }) {
      if (!helpAsked(role, rawArgs))
        return await telling(async () => await run(await inputsOf(role, rawArgs)));
      const [{ helpText }, { print }] = await Promise.all([
        import("../config/describe/help.ts"),
        import("./print.ts"),
      ]);
      print(helpText(role));
      return 0;
    },
  };
}
