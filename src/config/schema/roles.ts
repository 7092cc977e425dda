import { appSettings } from "./app.ts";
import { filesGroups, filesSettings } from "./files.ts";
import type { Group } from "./group.ts";
import { postgresGroups, postgresSettings } from "./postgres.ts";
import type { Settings } from "./setting.ts";

export type Role = "app" | "files" | "postgres" | "sidecar";

/** Everything a role can be told. */
export interface RoleSchema {
  readonly role: Role;
  readonly settings: Settings;
  readonly groups: readonly Group[];
  /** What follows the flags is the application's command. */
  readonly takesCommand: boolean;
}

export const ROLES: Readonly<Record<Role, RoleSchema>> = {
  app: { role: "app", settings: appSettings, groups: [], takesCommand: true },
  files: { role: "files", settings: filesSettings, groups: filesGroups, takesCommand: false },
  postgres: { role: "postgres", settings: postgresSettings, groups: postgresGroups, takesCommand: false },
  sidecar: {
    role: "sidecar",
    settings: { ...filesSettings, ...postgresSettings },
    groups: [...filesGroups, ...postgresGroups],
    takesCommand: false,
  },
};

/** Every setting there is: one file and one set of variables may serve all the containers of a pod. */
export const EVERY_SETTING: Settings = { ...appSettings, ...filesSettings, ...postgresSettings };
export const EVERY_GROUP: readonly Group[] = [...filesGroups, ...postgresGroups];
