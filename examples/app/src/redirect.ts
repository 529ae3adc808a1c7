/**
 * Where a person may be sent after signing in: pages of this application that are safe to open with
 * GET, and nothing else. A list of what is allowed, so that a new way to write an outside address
 * is refused without being known.
 */
const allowedPaths: readonly RegExp[] = [
  /^\/[a-z0-9][a-z0-9._~-]*\/(documents|members)$/i,
  /^\/[a-z0-9][a-z0-9._~-]*\/documents\/[\w-]+(\/edit|\/export)?$/i,
  /^\/decisions(\/[\w-]+)?$/,
  /^\/organizations$/,
]

/** The path to return to, or `undefined` when it is not one of ours. */
export function allowedReturnPath(path: unknown): string | undefined {
  if (typeof path !== 'string') return undefined
  return allowedPaths.some((allowed) => allowed.test(path)) ? path : undefined
}
