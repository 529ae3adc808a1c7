/** Why a command gives no answer, by the names of gRPC. Nothing was decided, so nothing is allowed. */
export type CommandErrorCode = keyof typeof STATUS

/**
 * The statuses that the commands use: number in gRPC, status in HTTP.
 * @see https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
 */
// biome-ignore format: table
export const STATUS = {
  'invalid-argument':    { grpc: 3,  http: 400 },
  'deadline-exceeded':   { grpc: 4,  http: 504 },
  'not-found':           { grpc: 5,  http: 404 },
  'resource-exhausted':  { grpc: 8,  http: 429 },
  'failed-precondition': { grpc: 9,  http: 400 },
  'unimplemented':       { grpc: 12, http: 501 },
  'internal':            { grpc: 13, http: 500 },
  'unavailable':         { grpc: 14, http: 503 },
  'unauthenticated':     { grpc: 16, http: 401 },
} as const

/** The code of an error as gRPC writes it: `INVALID_ARGUMENT`. */
export function codeName(error: unknown): string {
  const code: CommandErrorCode = error instanceof CommandError ? error.code : 'internal'
  return code.toUpperCase().replaceAll('-', '_')
}

/** A refusal that the client is told. Everything else that is thrown is an internal error to it. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: CommandErrorCode
  /** `google.rpc.Status.details` in JSON. */
  readonly details: readonly object[]

  constructor(
    code: CommandErrorCode,
    message: string,
    { details = [], ...options }: ErrorOptions & { readonly details?: readonly object[] } = {},
  ) {
    super(message, options)
    this.code = code
    this.details = details
  }
}
