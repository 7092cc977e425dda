import { listenReason } from "../../core/listen-address.ts";
import { choice, duration, text, textThat } from "./kinds.ts";
import { optional, required, withDefault } from "./setting.ts";

/** Settings of every participant. */
export const commonSettings = {
  coordPoint: required(text("folder"), "Shared folder through which wrapper and sidecars signal.", {
    example: "/coord",
  }),
  runId: optional(
    text(),
    "Tells this run from an earlier one that used the same folder. In Kubernetes the uid of the pod is found without it.",
    { example: "$(POD_UID)" },
  ),
  pollInterval: withDefault(
    duration(1),
    "5s",
    "How often the folder is looked at in case a change went unnoticed.",
  ),
  beatInterval: withDefault(duration(1), "5s", "How often a participant shows that it is alive."),
  silenceTimeout: withDefault(
    duration(1),
    "30s",
    "A participant that has shown life and then shows none for this long counts as failed. At least twice the beat interval.",
  ),
  returnTimeout: withDefault(
    duration(),
    "6m",
    "How long a participant that is started again waits for another that had failed before to be started again, too. Kubernetes lets at most 5 minutes pass between two starts.",
  ),
  grace: withDefault(
    duration(),
    "25s",
    "Time for an orderly end after SIGTERM, before SIGKILL. Keep it below the pod's terminationGracePeriodSeconds.",
  ),
  terminationMessagePath: withDefault(
    text("file"),
    "/dev/termination-log",
    "File that receives the cause of a failure in one line; passed over when it cannot be written.",
  ),
  probeListen: optional(
    textThat("`:PORT`, `HOST:PORT`", listenReason),
    "Where `/startup`, `/readiness`, `/liveness` and `/metrics` are served over HTTP; without it nowhere. The containers of a pod share their ports: give each its own, as a flag or a variable.",
    { example: ":9180" },
  ),
  logFormat: withDefault(
    choice(["auto", "pretty", "json"]),
    "auto",
    "`auto`: readable on a terminal, one JSON object a line otherwise.",
  ),
  logLevel: withDefault(
    choice(["debug", "info", "warn", "error"]),
    "info",
    "The least level that is logged.",
  ),
};
