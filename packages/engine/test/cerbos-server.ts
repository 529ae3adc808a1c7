import * as cerbos from '../../../tools/cerbos-server.ts'
import type { ValidationError } from '../src/request.ts'

export { findCerbos } from '../../../tools/cerbos-server.ts'

/** The settings of a Cerbos server that a test may choose. */
export interface CerbosSettings {
  readonly strictEvaluation?: boolean
  readonly lenientScopeSearch?: boolean
  readonly defaultScope?: string
  readonly globals?: Readonly<Record<string, unknown>>
  readonly schemaEnforcement?: 'none' | 'warn' | 'reject'
}

/** A real Cerbos server that decides by some policies. */
export interface CerbosServer {
  readonly grpcAddress: string
  /** The parsed answer of `/api/check/resources`. */
  checkResources(request: object): Promise<CerbosAnswer>
  stop(): Promise<void>
}

export interface CerbosAnswer {
  readonly results: readonly CerbosResult[]
}

export interface CerbosResult {
  readonly actions: Readonly<Record<string, string>>
  readonly meta?: {
    readonly actions?: Readonly<Record<string, { matchedPolicy?: string; matchedScope?: string }>>
    readonly effectiveDerivedRoles?: readonly string[]
  }
  readonly outputs?: readonly unknown[]
  readonly validationErrors?: readonly Partial<ValidationError>[]
}

/** Starts Cerbos on policy files, given by name and text, or on a directory of them. */
export async function startCerbos(
  policies: Readonly<Record<string, string>> | string,
  { schemaEnforcement = 'none', ...engine }: CerbosSettings = {},
): Promise<CerbosServer> {
  const { grpcAddress, post, stop } = await cerbos.startCerbos({
    policies,
    engine,
    config: {
      server: { requestLimits: { maxActionsPerResource: 500, maxResourcesPerRequest: 500 } },
      schema: { enforcement: schemaEnforcement },
    },
  })
  return {
    grpcAddress,
    stop,
    async checkResources(request) {
      const reply = await post('/api/check/resources', request)
      if (!reply.ok) throw new Error(`Cerbos answered ${reply.status}: ${reply.message}`)
      return reply.body as CerbosAnswer
    },
  }
}
