import { KnownError, systemCode } from "../../core/errors.ts";
import type { ListenAddress } from "../../core/listen-address.ts";
import type { Answer } from "./board.ts";

/** Serves answers to GET, until the returned function is called. Errors: `configuration` when the address cannot be had. */
export function serveAnswers(
  { host, port }: ListenAddress,
  answer: (path: string) => Answer | undefined,
): () => void {
  const server = listen(() =>
    Bun.serve({
      port,
      ...(host === undefined ? {} : { hostname: host }),
      // Nothing is reused of a connection that a probe may leave open.
      idleTimeout: 10,
      fetch(request) {
        if (request.method !== "GET" && request.method !== "HEAD") return new Response(null, { status: 405 });
        const found = answer(new URL(request.url).pathname);
        if (found === undefined) return new Response("not found\n", { status: 404 });
        return new Response(found.text, {
          status: found.ok ? 200 : 503,
          headers: { "content-type": found.type, "cache-control": "no-store" },
        });
      },
    }),
  );
  return () => void server.stop(true);

  function listen<Server>(begin: () => Server): Server {
    try {
      return begin();
    } catch (error) {
      const code = systemCode(error) ?? String(error);
      const why = code === "EADDRINUSE" ? "the port is taken" : code;
      throw new KnownError(
        "configuration",
        `cannot serve probes on ${host ?? ""}:${port} (probeListen): ${why}`,
        {
          cause: error,
          remedy: "give each container of the pod a port of its own with --probe-listen",
        },
      );
    }
  }
}
