import type { AuxData, Engine } from '@lockstitch/engine'
import type { AuditLog } from './audit/audit-log.ts'
import { AuxDataError } from './auxdata/errors.ts'
import type { AuxDataExtractor, AuxDataTokens } from './auxdata/extract.ts'
import type { CandidateSources } from './candidates/candidate-source.ts'
import type { Admin } from './commands/admin/admin.ts'
import { CommandError } from './errors.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { LoadedPolicies } from './store/loaded-policies.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** How much one request may ask. */
export interface RequestLimits {
  readonly maxActionsPerResource: number
  readonly maxResourcesPerRequest: number
}

/** Cerbos's. */
export const DEFAULT_LIMITS: RequestLimits = {
  maxActionsPerResource: 50,
  maxResourcesPerRequest: 50,
}

/** A policy decision point: all that the commands decide with. */
export interface Pdp {
  readonly engine: Engine
  readonly auxData: AuxDataExtractor
  readonly limits: RequestLimits
  /** What searches look through. */
  readonly candidates: CandidateSources
  /** Absent where nobody has said how they are loaded. */
  readonly policies?: LoadedPolicies
  /** Absent where the admin API is switched off. */
  readonly admin?: Admin
  /** Absent where nothing is written down. */
  readonly audit?: AuditLog
  readonly metrics: Metrics
  /** Absent where nobody looks at traces. */
  readonly telemetry?: Telemetry
  readonly log: Log
  clock(): number
  /** False when it stops, so that nobody sends it more. */
  isServing(): boolean
}

/** Refuses what is more than the limits allow. */
export function requireWithinLimits(
  { limits: { maxActionsPerResource, maxResourcesPerRequest } }: Pdp,
  { resources, actions }: { readonly resources: number; readonly actions: number },
): void {
  if (resources > maxResourcesPerRequest) {
    throw new CommandError(
      'invalid-argument',
      `number of resources in batch (${resources}) exceeds configured limit (${maxResourcesPerRequest})`,
    )
  }
  if (actions > maxActionsPerResource) {
    throw new CommandError(
      'invalid-argument',
      `number of actions (${actions}) exceeds configured limit (${maxActionsPerResource})`,
    )
  }
}

/** The claims of the tokens of a request. */
export async function claimsOf(
  { auxData, log, clock }: Pdp,
  tokens: AuxDataTokens,
): Promise<AuxData> {
  try {
    return await auxData.extract(tokens, { now: clock() })
  } catch (cause) {
    if (!(cause instanceof AuxDataError)) throw cause
    // Why is for whoever runs the server; the client may be the one who forged the token.
    log.warn('the auxData of a request was refused', { code: cause.code, reason: cause.message })
    throw new CommandError('invalid-argument', cause.answer, { cause })
  }
}
