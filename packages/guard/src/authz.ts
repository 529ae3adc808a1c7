import type { Decide } from './decide.ts'
import type { Identify, Identity } from './identify.ts'
import { refuseUnknownOptions } from './option-names.ts'
import type { DecisionRecord } from './record.ts'
import { type AnyRequest, guardRequest } from './request.ts'
import { type RequestAuthz, requestAuthz } from './request-authz.ts'
import { RESOURCE_OPTIONS, type ResourceOptions, type ScopeOptions } from './resource.ts'
import { ulid } from './ulid.ts'

/** What {@link createAuthz} puts together. */
export interface AuthzOptions<I extends Identity = Identity> extends ScopeOptions {
  /** Finds out who is asking. */
  readonly identify: Identify<I>
  /** Decides: the Lockstitch engine or any client of the Cerbos SDK. */
  readonly decide: Decide
  /** How records become resources, by kind, where the defaults do not fit. */
  readonly resources?: Readonly<Record<string, ResourceOptions>>
  /** Milliseconds for the decisions of a call; later is a 503. Default 2000. */
  readonly deadline?: number
  /** Resources in one request to the decider. Default 50, which is Cerbos's limit. */
  readonly batchSize?: number
  /** Receives each decision. What it throws changes nothing and goes to `onError`. */
  readonly onDecision?: (record: DecisionRecord) => void
  /**
   * Receives what went wrong behind a 503, which the response does not tell. Default: printed to
   * standard error.
   */
  readonly onError?: (error: unknown) => void
  /** Adds the decider's explanation to denials. Never set it in production. */
  readonly explain?: 'development'
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number
  /** Makes the ids of decisions. Default: ULIDs. */
  readonly newId?: () => string
}

/** Authorization for requests: what guards and handlers ask. */
export interface Authz<I extends Identity = Identity> {
  /**
   * The questions of one request, the same for the same request object. Who is asking is found out
   * at the first question and holds for the request: a connection that stays open for long needs a
   * new request object now and then.
   */
  for(request: AnyRequest): RequestAuthz<I>
}

/** Options with their defaults filled in. */
export type AuthzSettings<I extends Identity = Identity> = Required<
  Omit<AuthzOptions<I>, 'explain' | 'onDecision'>
> &
  Pick<AuthzOptions<I>, 'explain' | 'onDecision'>

const OPTIONS: Readonly<Record<keyof AuthzOptions, true>> = {
  identify: true,
  decide: true,
  resources: true,
  resourceScope: true,
  deadline: true,
  batchSize: true,
  onDecision: true,
  onError: true,
  explain: true,
  clock: true,
  newId: true,
}

/** Puts an `Identify` and a `Decide` together. */
export function createAuthz<I extends Identity>(options: AuthzOptions<I>): Authz<I> {
  refuseUnknownOptions('createAuthz', options, OPTIONS)
  for (const [kind, ofKind] of Object.entries(options.resources ?? {}))
    refuseUnknownOptions(`\`resources.${kind}\``, ofKind, RESOURCE_OPTIONS)
  const { clock = Date.now, explain, onDecision } = options
  const settings: AuthzSettings<I> = {
    identify: options.identify,
    decide: options.decide,
    resources: options.resources ?? {},
    resourceScope: options.resourceScope ?? true,
    deadline: options.deadline ?? 2000,
    batchSize: options.batchSize ?? 50,
    onError: options.onError ?? printError,
    newId: options.newId ?? (() => ulid(clock())),
    clock,
    ...(explain && { explain }),
    ...(onDecision && { onDecision }),
  }
  assertPositive('deadline', settings.deadline)
  assertPositive('batchSize', settings.batchSize)
  const asked = new WeakMap<object, RequestAuthz<I>>()
  return {
    for(request) {
      const known = asked.get(request)
      if (known !== undefined) return known
      const questions = requestAuthz(settings, guardRequest(request))
      asked.set(request, questions)
      return questions
    },
  }
}

function assertPositive(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`\`${name}\`: expected a whole number above 0, got ${value}`)
}

function printError(error: unknown): void {
  // biome-ignore lint/suspicious/noConsole: a failure behind a 503 must not vanish by default.
  console.error('lockstitch: not decided:', error)
}
