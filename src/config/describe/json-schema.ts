import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { EVERY_GROUP, EVERY_SETTING } from "../schema/roles.ts";
import { aboutOf } from "../schema/setting.ts";
import type { Settings } from "../schema/setting.ts";

/**
 * The JSON Schema of the settings file, for editors. Nothing is required at the top: flags and variables may
 * give what the file does not.
 */
export function settingsJsonSchema(): object {
  const groups = EVERY_GROUP.map((group) => {
    const items = v.pipe(
      v.array(v.strictObject({ ...partial(group.settings), name: group.settings["name"]! })),
      v.description(group.description),
    );
    return [group.key, v.optional(items)] as const;
  });
  const file = v.strictObject({ ...partial(EVERY_SETTING), ...Object.fromEntries(groups) });
  const schema = toJsonSchema(file, { typeMode: "input", errorMode: "ignore", ignoreActions: ["metadata"] });
  return { title: "Settings of datamon-sidecar", ...schema };
}

function partial(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => {
      if (aboutOf(setting).presence !== "required") return [key, setting];
      return [key, v.pipe(v.optional(setting), v.description(aboutOf(setting).description))];
    }),
  );
}
