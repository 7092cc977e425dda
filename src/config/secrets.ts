const HIDDEN = "***";

/** The password in `scheme://user:password@host`. */
const USER_INFO = /(:\/\/[^\s/:@]*):[^\s/@]+@/g;

/** Bounded on both sides: without bounds a long word would take the square of its length. */
const SECRET_NAME = "[\\w-]{0,64}(?:passw(?:or)?d|secret|token|credentials?|api-?key)[\\w-]{0,200}";

/** `password=x`, `client_secret: x`, `--api-token x`: the name says that a secret follows. */
const NAMED_SECRET = new RegExp(`(${SECRET_NAME}\\s*[=:]\\s*|-${SECRET_NAME}\\s+)\\S+`, "gi");

/** A value as it may be shown in a log, an error or `config show`. */
export function masked(text: string): string {
  return text.replaceAll(USER_INFO, `$1:${HIDDEN}@`).replaceAll(NAMED_SECRET, `$1${HIDDEN}`);
}
