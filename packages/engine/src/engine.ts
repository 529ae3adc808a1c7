import { Timestamp } from '@lockstitch/cel'
import type { Effect, LinkedPolicy, LinkedPolicySet, SourceFile } from '@lockstitch/policy'

import { type Decided, decideInput, outputOf } from './check.ts'
import {
  type CheckResourcesRequest,
  type CheckResourcesResponse,
  type RequestContext,
  readRequest,
  resultOf,
} from './check-resources.ts'
import type { Compat } from './compat.ts'
import { type CompileSettings, compileFiles } from './compile-files.ts'
import {
  type AuditTrail,
  auditTrail,
  type DecidedInput,
  type DecisionRecord,
  decisionRecord,
  type OnDecision,
  type Peer,
  type RecordedOrigin,
  type RecordedSource,
} from './decision-record.ts'
import { effectivePolicies } from './effective-policies.ts'
import { EngineError } from './errors.ts'
import { type Explanation, explain } from './explain.ts'
import { namedActions } from './named-actions.ts'
import { validateOptions } from './options.ts'
import type { CerbosPlanner } from './plan/cerbos-planner.ts'
import type { PlanInput, PlanOutput } from './plan/plan-input.ts'
import { planTrail } from './plan/plan-trail.ts'
import { plan } from './plan.ts'
import { asLoadError } from './policy-load-error.ts'
import type { CheckInput, CheckOutput } from './request.ts'
import { type Clock, type NewId, randomId, systemClock } from './rim.ts'
import { buildRuleTable, type RuleTable } from './rule-table.ts'
import { type Settings, settingsFrom } from './settings.ts'
import type { EngineStatus, Reload, ReloadFailure, ReloadReport } from './status.ts'
import {
  readEach,
  readInput,
  readPlanInput,
  readQuestion,
  readResource,
  requireEntries,
  requireObject,
  validateAction,
} from './validate-input.ts'
import type { Walk } from './walk.ts'

/** How an engine decides and whom it tells. */
export interface EngineOptions extends Partial<Settings> {
  /** `cerbos` mirrors the quirks of Cerbos that let people in or depend on chance. */
  readonly compat?: 'cerbos'
  /**
   * Plans with `compat`: `cerbosPlanner` of `@lockstitch/engine/cerbos-planner`. The engine of
   * `@lockstitch/engine/node` has it.
   */
  readonly planner?: CerbosPlanner
  /** Told every decision, a record a call. */
  readonly onDecision?: OnDecision
  /**
   * Where the policies come from, for decision records: `{ disk: { directory } }`, or what tells it of
   * those in force when a record is made.
   */
  readonly policySource?: RecordedSource | (() => RecordedOrigin)
  readonly clock?: Clock
  readonly newId?: NewId
}

/** What a caller may say about one call. */
export interface CallOptions {
  /** The id of the call in its decision record; a new one unless given. */
  readonly decisionId?: string | undefined
  /** Accepted because clients of the SDK take one; there is nothing to wait for. */
  readonly signal?: AbortSignal | undefined
  /** Who calls, for the decision record. */
  readonly peer?: Peer | undefined
  /** What else the decision record is to say of the call. */
  readonly metadata?: DecisionRecord['metadata'] | undefined
  /** What the request says of itself, for the decision record. */
  readonly requestContext?: RequestContext | undefined
}

/** What a caller may ask about one plan besides the plan. */
export interface PlanOptions {
  /** Told the policies that have a part in the plan, for a record of it. */
  readonly onTrail?: (trail: AuditTrail) => void
}

/** A single question: may this principal do this to that? */
export interface AllowedInput extends Omit<CheckInput, 'actions'> {
  readonly action: string
}

/**
 * Decides what principals may do to resources, in this process, by one policy set at a time.
 *
 * Bad requests throw an {@link EngineError}. Whatever is thrown, nothing was allowed.
 */
export class Engine {
  readonly #settings: Settings
  readonly #compileSettings: CompileSettings
  readonly #compat: Compat
  readonly #planner: CerbosPlanner | undefined
  readonly #onDecision: OnDecision | undefined
  readonly #policySource: EngineOptions['policySource']
  readonly #clock: Clock
  readonly #newId: NewId
  /** Replaced as a whole, never changed: each call takes it once and sees one policy set. */
  #table: RuleTable
  #lastReload: Reload
  #decisionHookFailures = 0
  #closed = false

  /** An engine on policies that are compiled already. */
  constructor(policySet: LinkedPolicySet, options: EngineOptions = {}) {
    validateOptions(options)
    const { compat, planner, onDecision, policySource, clock, newId } = options
    this.#settings = settingsFrom(options)
    this.#compileSettings = { ...this.#settings, ...(compat && { compat }) }
    this.#compat = compat ?? 'none'
    this.#planner = planner
    this.#onDecision = onDecision
    this.#policySource = policySource
    this.#clock = clock ?? systemClock
    this.#newId = newId ?? randomId
    this.#table = buildRuleTable(policySet, this.#compat, 1)
    this.#lastReload = { ok: true, at: this.#time() }
  }

  /**
   * An engine on policy files, each with its path and its text; schemas lie in `_schemas/`. Throws
   * a `PolicyLoadError` when they cannot be used.
   */
  static fromFiles(files: readonly SourceFile[], options: EngineOptions = {}): Engine {
    return new Engine(compileFiles(files, options), options)
  }

  /** Counts the policy sets: 1 for the first, one more with each replacement. */
  get generation(): number {
    return this.#table.generation
  }

  /** The scopes that resource and role policies use. */
  get scopes(): ReadonlySet<string> {
    return this.#table.resourceScopes
  }

  /**
   * The actions that the policies name for resources of a kind, by name. What a pattern such as `*`
   * stands for is not among them.
   */
  actionsOf(kind: string): readonly string[] {
    return namedActions(this.#openTable().policySet, kind)
  }

  /** Where the policies come from, as decision records have it. */
  get policySource(): RecordedSource | undefined {
    return this.#origin()?.policySource
  }

  /** Whether a resource or role policy has exactly this scope. */
  hasScope(scope: string): boolean {
    return this.scopes.has(scope)
  }

  get status(): EngineStatus {
    const { generation, policyCount, invalidWildcards } = this.#table
    return {
      generation,
      policies: policyCount,
      lastReload: this.#lastReload,
      warnings: invalidWildcards.map(({ file, line, message }) => `${file}:${line}: ${message}`),
      decisionHookFailures: this.#decisionHookFailures,
    }
  }

  /** Decides what a principal may do to one resource. */
  check(input: CheckInput, options?: CallOptions): CheckOutput {
    return this.#check(readInput(input), options)
  }

  #check(input: CheckInput, options: CallOptions | undefined): CheckOutput {
    const call = this.#openCall()
    const output = outputOf(this.#decide(call, input))
    if (call.trail) this.#record(call, [{ input, output }], options)
    return output
  }

  /** Whether the policies allow one action. */
  isAllowed(asked: AllowedInput, options?: CallOptions): boolean {
    requireObject(asked, '')
    const { action } = asked
    validateAction(action)
    const input = readQuestion(asked, readResource, [action])
    // Who listens is told everything.
    if (this.#onDecision) return isAllow(this.#check(input, options).actions.get(action))
    return isAllow(this.#decide(this.#openCall(), input, true).answers[0])
  }

  /**
   * Decides about several inputs in one call, the outputs in their order: all of them see the same
   * policies and the same `now()`, and all are in one decision record.
   */
  checkMany(inputs: readonly CheckInput[], options?: CallOptions): readonly CheckOutput[] {
    requireEntries(inputs, 'inputs', 'no-inputs')
    const read = readEach(inputs, 'inputs', readInput)
    const call = this.#openCall()
    const decided = read.map((input) => decidedInput(this.#decide(call, input)))
    if (call.trail) this.#record(call, decided, options)
    return decided.map(({ output }) => output)
  }

  /** Decides about several resources, as the client of the Cerbos SDK does. */
  async checkResources(
    request: CheckResourcesRequest,
    options?: CallOptions,
  ): Promise<CheckResourcesResponse> {
    const inputs = readRequest(request)
    const call = this.#openCall()
    const includeMetadata = request.includeMetadata === true
    const decidesOnly = !includeMetadata && !call.trail
    const toRecord: DecidedInput[] = []
    let before: Walk | undefined
    const results = inputs.map((input) => {
      const decided = this.#decide(call, input, decidesOnly, before)
      before = decided.walk
      if (call.trail) toRecord.push(decidedInput(decided))
      return resultOf(decided, includeMetadata)
    })
    const cerbosCallId = options?.decisionId ?? this.#newId()
    if (call.trail)
      this.#record(call, toRecord, {
        requestContext: request.requestContext,
        ...options,
        decisionId: cerbosCallId,
      })
    return {
      cerbosCallId,
      requestId: inputs[0]?.requestId ?? '',
      generation: call.table.generation,
      results,
    }
  }

  /**
   * Finds which resources of a kind a principal may do something to, as a filter for a database. The
   * answer says whether it is all of them, none, or those that fulfil a condition.
   */
  plan(input: PlanInput, options?: PlanOptions): PlanOutput {
    const read = readPlanInput(input)
    const now = Timestamp.fromMillis(this.#time())
    const table = this.#openTable()
    // Of a plan that cannot be made, too.
    options?.onTrail?.(auditTrail(planTrail(table, read, this.#settings), this.#origin()))
    return plan(table, read, this.#settings, now, this.#planner)
  }

  /** An id for a call, as its decision records have it. */
  newCallId(): string {
    return this.#newId()
  }

  /** Decides about one action and tells how the decision came about. Slow; records nothing. */
  explain(input: Omit<CheckInput, 'actions'>, action: string): Explanation {
    validateAction(action)
    const single = readQuestion(input, readResource, [action])
    const now = Timestamp.fromMillis(this.#time())
    return explain(this.#openTable(), single, action, this.#settings, now)
  }

  /**
   * Compiles policy files and puts them in force in place of all the present ones, from the next
   * call on. Files that cannot be used change nothing: the report says why, and so does `status`.
   */
  update(files: readonly SourceFile[]): ReloadReport {
    try {
      return { ok: true, generation: this.replace(compileFiles(files, this.#compileSettings)) }
    } catch (error) {
      if (error instanceof EngineError) throw error
      return this.reportFailedReload(asLoadError(error))
    }
  }

  /** Puts a compiled policy set in force, from the next call on. Returns its generation. */
  replace(policySet: LinkedPolicySet): number {
    const generation = this.#openTable().generation + 1
    this.#table = buildRuleTable(policySet, this.#compat, generation)
    this.reportUnchanged()
    return generation
  }

  /** Notes in the status that the policies in force are those that there are. */
  reportUnchanged(): ReloadReport {
    this.#lastReload = { ok: true, at: this.#clock() }
    return { ok: true, generation: this.generation }
  }

  /** Notes in the status that new policies could not be used. The present ones stay in force. */
  reportFailedReload({ diagnostics, text }: ReloadFailure): ReloadReport {
    const { generation } = this
    const inForce = `The running policies (generation ${generation}) stay in force.`
    const failure = { diagnostics, text: `${text} ${inForce}` }
    this.#lastReload = { ok: false, at: this.#clock(), ...failure }
    return { ok: false, generation, ...failure }
  }

  /** Whether the engine has been closed. */
  get isClosed(): boolean {
    return this.#closed
  }

  /** Ends the engine: from here on it decides nothing. */
  close(): void {
    this.#closed = true
  }

  /** A time that is none would be before and after nothing, so that `!(now() > end)` would hold. */
  #time(): number {
    const time = this.#clock()
    if (Number.isFinite(time)) return time
    throw new EngineError('invalid-option', '`clock` must tell milliseconds since 1970')
  }

  #openTable(): RuleTable {
    if (this.#closed) throw new EngineError('engine-closed', 'the engine is closed')
    return this.#table
  }

  #origin(): RecordedOrigin | undefined {
    const source = this.#policySource
    return typeof source === 'function' ? source() : source && { policySource: source }
  }

  #openCall(): Call {
    const table = this.#openTable()
    const time = this.#time()
    const trail = this.#onDecision && new Set<LinkedPolicy>()
    return { table, time, now: Timestamp.fromMillis(time), trail }
  }

  #decide(call: Call, input: CheckInput, decidesOnly = false, before?: Walk): Decided {
    const { table, now, trail } = call
    return decideInput(table, input, this.#settings, now, trail, decidesOnly, before)
  }

  /** A hook that fails must neither change a decision nor lose it. */
  #record(call: Call, decided: readonly DecidedInput[], options: CallOptions = {}): void {
    const countFailure = (): void => {
      this.#decisionHookFailures += 1
    }
    const { table, time, trail = [] } = call
    const { decisionId: callId = this.#newId(), peer, metadata, requestContext } = options
    const record = decisionRecord(decided, {
      callId,
      time,
      generation: table.generation,
      policies: effectivePolicies(table, trail),
      origin: this.#origin(),
      peer,
      metadata,
      requestContext,
    })
    try {
      // An async function is a hook too, as far as types go.
      const returned: unknown = this.#onDecision?.(record)
      if (returned instanceof Promise) returned.catch(countFailure)
    } catch {
      countFailure()
    }
  }
}

function isAllow(answer: { readonly effect: Effect } | undefined): boolean {
  return answer?.effect === 'EFFECT_ALLOW'
}

function decidedInput(decided: Decided): DecidedInput {
  return { input: decided.input, output: outputOf(decided) }
}

/** What all inputs of a call share. */
interface Call {
  readonly table: RuleTable
  /** In milliseconds since 1970. */
  readonly time: number
  readonly now: Timestamp
  /** The policies whose rules are looked at, where somebody is told. */
  readonly trail: Set<LinkedPolicy> | undefined
}
