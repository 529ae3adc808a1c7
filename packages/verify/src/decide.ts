import { Timestamp } from '@lockstitch/cel'
import type { CheckInput, CheckOutput, Explanation } from '@lockstitch/engine'
import {
  check,
  explain,
  type RuleTable,
  type Settings,
  settingsFrom,
} from '@lockstitch/engine/table'

import { instantFrom } from './instant.ts'
import type { TestOptions } from './suite.ts'

/** Which defaults hold where a suite sets no option: those of `cerbos compile`, or of our engine. */
export type Defaults = 'cerbos' | 'lockstitch'

/** The settings of a run, on top of which come the options of each test. */
export interface DecisionOptions {
  readonly defaults: Defaults
  readonly strictEvaluation: boolean
  readonly schemaEnforcement: 'none' | 'warn' | 'reject'
}

/** Decides for the tests of one suite after the other. */
export interface Decider {
  /** An error where the decision needs a time that the test does not give. */
  decide(
    input: CheckInput,
    options: TestOptions | undefined,
  ): { readonly output: CheckOutput } | { readonly error: string }
  explain(input: CheckInput, action: string, options: TestOptions | undefined): Explanation
}

/** Said by Cerbos as well. */
const NOW_MISSING =
  'a policy used a time-based condition, but `now` was not provided in the test options'

/** What `now()` is where a test gives none; a decision that reads it is an error. */
const NO_TIME = new Timestamp(-62_135_596_800, 0)

/** Decides by one rule table under the options of each test. */
export function createDecider(table: RuleTable, run: DecisionOptions): Decider {
  const settings = new Map<TestOptions | undefined, Settings>()
  const instants = new Map<string, Timestamp>()
  const settingsOf = (options: TestOptions | undefined): Settings => {
    const made = settings.get(options) ?? combine(options, run)
    settings.set(options, made)
    return made
  }
  const instantOf = (now: string): Timestamp => {
    const instant = instants.get(now) ?? instantFrom(now)
    instants.set(now, instant)
    return instant
  }
  return {
    decide(input, options) {
      const given = options?.now
      if (given !== undefined) {
        return { output: check(table, input, settingsOf(options), instantOf(given)) }
      }
      const reads = { time: false }
      const output = check(table, input, settingsOf(options), () => {
        reads.time = true
        return NO_TIME
      })
      return reads.time ? { error: NOW_MISSING } : { output }
    },
    explain(input, action, options) {
      const now = options?.now === undefined ? NO_TIME : instantOf(options.now)
      const single = { ...input, actions: [action] }
      return explain(table, single, action, settingsOf(options), now)
    },
  }
}

function combine(options: TestOptions | undefined, run: DecisionOptions): Settings {
  const isOurs = run.defaults === 'lockstitch'
  return settingsFrom({
    strictEvaluation: isOurs || run.strictEvaluation || (options?.strictEvaluation ?? false),
    lenientScopeSearch: isOurs || (options?.lenientScopeSearch ?? false),
    defaultPolicyVersion: options?.defaultPolicyVersion ?? '',
    defaultScope: options?.defaultScope ?? '',
    globals: options?.globals ?? {},
    schemaEnforcement: run.schemaEnforcement,
  })
}
