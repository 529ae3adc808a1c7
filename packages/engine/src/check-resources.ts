import type { Effect, JsonValue } from '@lockstitch/policy'

import { type Answer, type Decided, effectiveDerivedRoles } from './check.ts'
import { collectOutputs } from './evaluation.ts'
import { emptyRecord } from './record.ts'
import type {
  AuxData,
  CheckInput,
  OutputEntry,
  Principal,
  Resource,
  ValidationError,
} from './request.ts'
import {
  readActions,
  readAuxData,
  readEach,
  readPrincipal,
  readResource,
  readText,
  requireEntries,
  requireObject,
} from './validate-input.ts'

/** A request for many resources at once, as the Cerbos SDK has it. */
export interface CheckResourcesRequest {
  readonly principal: Principal
  readonly resources: readonly ResourceCheck[]
  readonly auxData?: AuxData | undefined
  /** Whether the results say which policies decided. */
  readonly includeMetadata?: boolean | undefined
  readonly requestId?: string | undefined
  /** What the decision record is to say of the request. */
  readonly requestContext?: RequestContext | undefined
}

/** Notes of the application about a request; decisions do not depend on them. */
export interface RequestContext {
  readonly annotations: Readonly<Record<string, JsonValue>>
}

/** One resource and what is to be done to it. */
export interface ResourceCheck {
  readonly resource: Resource
  readonly actions: readonly string[]
}

/** The answer to a {@link CheckResourcesRequest}, the results in the order of the request. */
export interface CheckResourcesResponse {
  /** The id of the call, which its decision records carry too. */
  readonly cerbosCallId: string
  readonly requestId: string
  /** The generation of the policies that decided. */
  readonly generation: number
  readonly results: readonly CheckResourcesResult[]
}

/** What was decided about one resource. */
export interface CheckResourcesResult {
  readonly resource: {
    readonly kind: string
    readonly id: string
    readonly policyVersion: string
    readonly scope: string
  }
  /** The effect by action. The object inherits nothing: any name is just a name. */
  readonly actions: Readonly<Record<string, Effect>>
  /** What schemas found wrong with the attributes. */
  readonly validationErrors: readonly ValidationError[]
  readonly metadata: ResultMetadata | undefined
  readonly outputs: readonly OutputResult[]
}

interface ResultMetadata {
  readonly actions: Readonly<Record<string, MatchedPolicy>>
  readonly effectiveDerivedRoles: readonly string[]
}

interface MatchedPolicy {
  readonly matchedPolicy: string
  readonly matchedScope: string
}

export interface OutputResult {
  readonly action: string
  /** `resource.document.vdefault#rule-001`. */
  readonly source: string
  /** Absent when the output failed. */
  readonly value: JsonValue | undefined
  readonly error?: string
}

/**
 * The inputs that a request stands for, a resource each. Throws an `EngineError` that names the first
 * place where the request is not what its type says.
 */
export function readRequest(request: CheckResourcesRequest): readonly CheckInput[] {
  requireObject(request, 'request')
  const { resources } = request
  const principal = readPrincipal(request.principal, 'principal')
  const auxData = readAuxData(request.auxData, 'auxData')
  const requestId = readText(request.requestId, 'requestId')
  requireEntries(resources, 'resources', 'no-resources')
  return readEach(resources, 'resources', (entry: ResourceCheck) => {
    requireObject(entry, '')
    const { resource, actions } = entry
    return {
      principal,
      resource: readResource(resource, 'resource'),
      actions: readActions(actions, 'actions'),
      auxData,
      requestId,
    }
  })
}

/** What was decided about one resource, in the SDK's shape. */
export function resultOf(decided: Decided, includeMetadata: boolean): CheckResourcesResult {
  const { input, walk, answers } = decided
  const { kind, id, policyVersion = '', scope = '' } = input.resource
  const { actions } = input
  const effects = emptyRecord<Effect>()
  for (let index = 0; index < answers.length; index++) {
    // An answer an action.
    effects[actions[index] as string] = (answers[index] as Answer).effect
  }
  const outputs = collectOutputs(walk.evaluation)
  return {
    resource: { kind, id, policyVersion, scope },
    actions: effects,
    validationErrors: walk.validationErrors,
    metadata: includeMetadata ? metadataOf(decided) : undefined,
    outputs: outputs.length === 0 ? NO_OUTPUTS : outputs.map(outputResult),
  }
}

const NO_OUTPUTS: readonly OutputResult[] = Object.freeze([])

function outputResult(entry: OutputEntry): OutputResult {
  const { action, src: source } = entry
  return 'val' in entry
    ? { action, source, value: entry.val }
    : { action, source, value: undefined, error: entry.error }
}

function metadataOf({ input, walk, answers }: Decided): ResultMetadata {
  const actions = emptyRecord<MatchedPolicy>()
  for (const [index, { decision }] of answers.entries()) {
    const { matchedPolicy, matchedScope } = decision
    // An answer an action.
    actions[input.actions[index] as string] = { matchedPolicy, matchedScope }
  }
  return { actions, effectiveDerivedRoles: effectiveDerivedRoles(walk) }
}
