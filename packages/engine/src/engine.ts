import { Timestamp } from '@lockstitch/cel'
import type { LinkedPolicySet } from '@lockstitch/policy'

import { check } from './check.ts'
import {
  type CheckResourcesRequest,
  type CheckResourcesResponse,
  inputsOf,
  resultOf,
  validateRequest,
} from './check-resources.ts'
import type { Compat } from './compat.ts'
import { decisionRecords, type OnDecision } from './decision-record.ts'
import { EngineError } from './errors.ts'
import { type Explanation, explain } from './explain.ts'
import type { CheckInput, CheckOutput } from './request.ts'
import { type Clock, type NewId, randomId, systemClock } from './rim.ts'
import { buildRuleTable, type RuleTable } from './rule-table.ts'
import { type Settings, settingsFrom } from './settings.ts'
import type { EngineStatus, Reload, ReloadFailure } from './status.ts'
import { validateInput } from './validate-input.ts'

/** How an engine decides and whom it tells. */
export interface EngineOptions extends Partial<Settings> {
  /** `cerbos` mirrors the quirks of Cerbos that let people in or depend on chance. */
  readonly compat?: 'cerbos'
  /** Told every decision. */
  readonly onDecision?: OnDecision
  readonly clock?: Clock
  readonly newId?: NewId
}

/** What a caller may say about one call. */
export interface CallOptions {
  /** The id of the call in its decision records; a new one unless given. */
  readonly decisionId?: string
  /** Accepted because clients of the SDK take one; there is nothing to wait for. */
  readonly signal?: AbortSignal
}

/**
 * Decides what principals may do to resources, in this process, by one policy set at a time.
 *
 * Bad requests throw an {@link EngineError}. Whatever is thrown, nothing was allowed.
 */
export class Engine {
  readonly #settings: Settings
  readonly #compat: Compat
  readonly #onDecision: OnDecision | undefined
  readonly #clock: Clock
  readonly #newId: NewId
  /** Replaced as a whole, never changed: each call takes it once and sees one policy set. */
  #table: RuleTable
  #lastReload: Reload
  #decisionHookFailures = 0
  #closed = false

  constructor(policySet: LinkedPolicySet, options: EngineOptions = {}) {
    const { compat, onDecision, clock, newId } = options
    this.#settings = settingsFrom(options)
    this.#compat = compat ?? 'none'
    this.#onDecision = onDecision
    this.#clock = clock ?? systemClock
    this.#newId = newId ?? randomId
    this.#table = buildRuleTable(policySet, this.#compat, 1)
    this.#lastReload = { ok: true, at: this.#clock() }
  }

  /** Counts the policy sets: 1 for the first, one more with each replacement. */
  get generation(): number {
    return this.#table.generation
  }

  /** The scopes that resource and role policies use. */
  get scopes(): ReadonlySet<string> {
    return this.#table.resourceScopes
  }

  /** Whether a resource or role policy has exactly this scope. */
  hasScope(scope: string): boolean {
    return this.scopes.has(scope)
  }

  get status(): EngineStatus {
    const { generation, policyCount, invalidGlobs } = this.#table
    return {
      generation,
      policies: policyCount,
      lastReload: this.#lastReload,
      warnings: invalidGlobs.map(
        ({ pattern, location: { file, line } }) =>
          `${file}:${line}: \`${pattern}\` is not a valid wildcard and never matches`,
      ),
      decisionHookFailures: this.#decisionHookFailures,
    }
  }

  /** Decides what a principal may do to one resource. */
  check(input: CheckInput, options?: CallOptions): CheckOutput {
    validateInput(input)
    const time = this.#clock()
    const output = check(this.#openTable(), input, this.#settings, Timestamp.fromMillis(time))
    if (this.#onDecision) this.#record(options?.decisionId ?? this.#newId(), time, input, output)
    return output
  }

  /**
   * Decides about several resources, as the client of the Cerbos SDK does. All of them see the same
   * policies and the same `now()`.
   */
  async checkResources(
    request: CheckResourcesRequest,
    options?: CallOptions,
  ): Promise<CheckResourcesResponse> {
    validateRequest(request)
    const inputs = inputsOf(request)
    const table = this.#openTable()
    const time = this.#clock()
    const now = Timestamp.fromMillis(time)
    const outputs = inputs.map((input) => ({
      input,
      output: check(table, input, this.#settings, now),
    }))
    const cerbosCallId = options?.decisionId ?? this.#newId()
    for (const { input, output } of outputs) this.#record(cerbosCallId, time, input, output)
    const includeMetadata = request.includeMetadata === true
    return {
      cerbosCallId,
      requestId: request.requestId ?? '',
      generation: table.generation,
      results: outputs.map(({ input, output }) => resultOf(input, output, includeMetadata)),
    }
  }

  /** Rejects with `not-implemented`: there are no query plans yet. */
  async planResources(_request: unknown): Promise<never> {
    throw new EngineError(
      'not-implemented',
      'query plans are not implemented: use `checkResources`',
    )
  }

  /** Decides about one action and tells how the decision came about. Slow; records nothing. */
  explain(input: Omit<CheckInput, 'actions'>, action: string): Explanation {
    const single = { ...input, actions: [action] }
    validateInput(single)
    const now = Timestamp.fromMillis(this.#clock())
    return explain(this.#openTable(), single, action, this.#settings, now)
  }

  /** Puts another policy set in force, from the next call on. Returns its generation. */
  replace(policySet: LinkedPolicySet): number {
    const generation = this.#openTable().generation + 1
    this.#table = buildRuleTable(policySet, this.#compat, generation)
    this.#lastReload = { ok: true, at: this.#clock() }
    return generation
  }

  /** Notes in the status that new policies could not be used. The present ones stay in force. */
  reportFailedReload(failure: ReloadFailure): void {
    this.#lastReload = { ok: false, at: this.#clock(), ...failure }
  }

  /** Ends the engine: from here on it decides nothing. */
  close(): void {
    this.#closed = true
  }

  #openTable(): RuleTable {
    if (this.#closed) throw new EngineError('engine-closed', 'the engine is closed')
    return this.#table
  }

  /** A hook that fails must neither change a decision nor lose it. */
  #record(decisionId: string, time: number, input: CheckInput, output: CheckOutput): void {
    const onDecision = this.#onDecision
    if (!onDecision) return
    for (const record of decisionRecords(decisionId, time, input, output)) {
      const countFailure = (): void => {
        this.#decisionHookFailures += 1
      }
      try {
        // An async function is a hook too, as far as types go.
        const returned: unknown = onDecision(record)
        if (returned instanceof Promise) returned.catch(countFailure)
      } catch {
        countFailure()
      }
    }
  }
}
