import { Timestamp } from '@lockstitch/cel'
import type { LinkedPolicySet } from '@lockstitch/policy'

import { check, decideInput, outputOf } from '../src/check.ts'
import type { CheckInput, CheckOutput, OutputEntry, ValidationError } from '../src/request.ts'
import { buildRuleTable } from '../src/rule-table.ts'
import { type Settings, settingsFrom } from '../src/settings.ts'
import type { Case, CaseGroup } from './cases.ts'
import type { CerbosResult, CerbosServer } from './cerbos-server.ts'
import { checkByModel } from './model.ts'

/** A decision in the one form in which the engine, the model and Cerbos are compared. */
export interface Answer {
  readonly actions: Readonly<Record<string, string>>
  /** Sorted: Cerbos tells them in no order. */
  readonly derivedRoles: readonly string[]
  /** Sorted by source: in Cerbos the rows of one rule come in any order. */
  readonly outputs: readonly string[]
  /** Sorted: in Cerbos the errors of one object come in any order. */
  readonly validationErrors: readonly string[]
}

/** The settings of a group of cases. Cerbos's own are what a group does not set. */
export function settingsOf(group: CaseGroup): Settings {
  return settingsFrom({
    strictEvaluation: group.strictEvaluation ?? false,
    lenientScopeSearch: group.lenientScopeSearch ?? false,
    defaultScope: group.defaultScope ?? '',
    globals: group.globals ?? {},
    schemaEnforcement: group.schemaEnforcement ?? 'none',
  })
}

export function inputOf(each: Case): CheckInput {
  return {
    principal: {
      id: each.principalId ?? 'u',
      roles: each.roles ?? ['user'],
      ...(each.principalAttr && { attr: each.principalAttr }),
      ...(each.principalVersion !== undefined && { policyVersion: each.principalVersion }),
      ...(each.principalScope !== undefined && { scope: each.principalScope }),
    },
    resource: {
      kind: each.kind ?? 'doc',
      id: 'r',
      attr: each.attr ?? {},
      ...(each.version !== undefined && { policyVersion: each.version }),
      ...(each.scope !== undefined && { scope: each.scope }),
    },
    actions: Object.keys(each.want),
  }
}

export function answerOfEngine(
  policySet: LinkedPolicySet,
  input: CheckInput,
  settings: Settings,
): Answer {
  const now = Timestamp.fromMillis(NOW_MILLIS)
  return answerFrom(check(buildRuleTable(policySet, 'cerbos', 1), input, settings, now))
}

/** The same where nobody is told which derived roles are held: it stays out of what it wants. */
export function decisionsOfEngine(
  policySet: LinkedPolicySet,
  input: CheckInput,
  settings: Settings,
): Answer {
  const now = Timestamp.fromMillis(NOW_MILLIS)
  const table = buildRuleTable(policySet, 'cerbos', 1)
  const decided = answerFrom(outputOf(decideInput(table, input, settings, now, undefined, true)))
  const { derivedRoles } = answerOfEngine(policySet, input, settings)
  return { ...decided, derivedRoles }
}

export function answerFrom({
  actions,
  effectiveDerivedRoles,
  outputs,
  validationErrors,
}: CheckOutput): Answer {
  return {
    actions: Object.fromEntries(
      [...actions].map(([action, { effect, matchedPolicy, matchedScope }]) => [
        action,
        describe(effect, matchedPolicy, matchedScope),
      ]),
    ),
    derivedRoles: [...effectiveDerivedRoles].sort(),
    outputs: outputs.map(describeOutput).sort(),
    validationErrors: validationErrors.map(describeError).sort(),
  }
}

export function answerOfModel(
  policySet: LinkedPolicySet,
  input: CheckInput,
  settings: Settings,
): Answer {
  const model = checkByModel(policySet, input, settings, 'cerbos', NOW_MILLIS)
  return {
    actions: Object.fromEntries(
      Object.entries(model.actions).map(([action, { effect, matchedPolicy, matchedScope }]) => [
        action,
        describe(effect, matchedPolicy, matchedScope),
      ]),
    ),
    derivedRoles: [...model.effectiveDerivedRoles].sort(),
    outputs: model.outputs.map(describeOutput).sort(),
    validationErrors: model.validationErrors.map(describeError).sort(),
  }
}

export async function answerOfCerbos(server: CerbosServer, input: CheckInput): Promise<Answer> {
  const { principal, resource, actions, auxData } = input
  const answer = await server.checkResources({
    includeMeta: true,
    principal,
    resources: [{ resource, actions }],
    ...(auxData && { auxData }),
  })
  const [result] = answer.results
  if (!result) throw new Error('Cerbos gave no result')
  return answerFromCerbos(result)
}

export function answerFromCerbos({
  actions,
  meta,
  outputs = [],
  validationErrors = [],
}: CerbosResult): Answer {
  return {
    actions: Object.fromEntries(
      Object.entries(actions).map(([action, effect]) => {
        const { matchedPolicy = '', matchedScope = '' } = meta?.actions?.[action] ?? {}
        return [action, describe(effect, matchedPolicy, matchedScope)]
      }),
    ),
    derivedRoles: [...(meta?.effectiveDerivedRoles ?? [])].sort(),
    outputs: (outputs as OutputEntry[]).map(describeOutput).sort(),
    validationErrors: validationErrors.map(describeError).sort(),
  }
}

/** What a case wants, where it says so; the rest is taken from the answer. */
export function wanted(each: Case, answer: Answer): Answer {
  return {
    actions: Object.fromEntries(
      Object.entries(each.want).map(([action, want]) => {
        const actual = answer.actions[action] ?? ''
        return [action, want.includes(' ') ? want : actual.replace(/^\w+/, want)]
      }),
    ),
    derivedRoles: each.derivedRoles ? [...each.derivedRoles].sort() : answer.derivedRoles,
    outputs: each.outputs ? [...each.outputs].sort() : answer.outputs,
    validationErrors: each.validationErrors
      ? [...each.validationErrors].sort()
      : answer.validationErrors,
  }
}

function describe(effect: string, policy: string, scope: string): string {
  return `${effect.replace('EFFECT_', '')} ${policy}${scope && ` ${scope}`}`
}

function describeError({ source, path = '', message }: Partial<ValidationError>): string {
  return `${source?.replace('SOURCE_', '')} ${path}: ${message}`
}

function describeOutput(entry: OutputEntry): string {
  return 'error' in entry
    ? `${entry.src}! ${entry.error}`
    : `${entry.src}: ${JSON.stringify(entry.val, sortedKeys)}`
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const NOW_MILLIS = Date.UTC(2024, 0, 2)
