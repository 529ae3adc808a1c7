import { Timestamp } from '@lockstitch/cel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { check, decideInput, outputOf } from '../src/check.ts'
import { explain } from '../src/explain.ts'
import { buildRuleTable } from '../src/rule-table.ts'
import { settingsFrom } from '../src/settings.ts'
import { checkInput, policyFiles } from './arbitrary.ts'
import { checkByModel } from './model.ts'
import { linkPolicies, type PolicyFiles } from './policies.ts'

const NOW_MILLIS = Date.UTC(2024, 0, 2)
const now = Timestamp.fromMillis(NOW_MILLIS)

const settings = fc
  .record({
    strictEvaluation: fc.boolean(),
    lenientScopeSearch: fc.boolean(),
    defaultScope: fc.constantFrom('', 'a'),
  })
  .map(settingsFrom)

const inputs = fc.array(checkInput, { minLength: 10, maxLength: 10 })

// A mutant is tried with fewer, because most of them die of the first.
const numRuns = Number(process.env.PROPERTY_RUNS ?? 60)

describe('random policies and requests', () => {
  test.each(['cerbos', 'none'] as const)(
    'the engine is the model, compat %s',
    (compat) => {
      fc.assert(
        fc.property(policyFiles, inputs, settings, (files, requests, given) => {
          const policySet = linkPolicies(files)
          const table = buildRuleTable(policySet, compat, 1)
          for (const input of requests) {
            const output = check(table, input, given, now)
            const model = checkByModel(policySet, input, given, compat, NOW_MILLIS)
            expect({
              actions: Object.fromEntries(output.actions),
              effectiveDerivedRoles: [...output.effectiveDerivedRoles].sort(),
              outputs: output.outputs,
              errors: output.evaluationErrors
                .map((each) => `${each.expression}: ${each.message}`)
                .sort(),
            }).toEqual({
              actions: { ...model.actions },
              effectiveDerivedRoles: [...model.effectiveDerivedRoles].sort(),
              outputs: model.outputs,
              errors: model.errors,
            })
          }
        }),
        { numRuns },
      )
    },
    60_000,
  )

  test.each(['cerbos', 'none'] as const)(
    'what is decided is the same where nothing else is told, compat %s',
    (compat) => {
      fc.assert(
        fc.property(policyFiles, inputs, settings, (files, requests, given) => {
          for (const each of [files, withoutRuntime(files)]) {
            const table = buildRuleTable(linkPolicies(each), compat, 1)
            for (const input of requests) {
              const told = check(table, input, given, now)
              const decided = outputOf(decideInput(table, input, given, now, undefined, true))
              expect(decided.actions).toEqual(told.actions)
              expect(decided.outputs).toEqual(told.outputs)
            }
          }
        }),
        { numRuns },
      )
    },
    60_000,
  )

  test('an explanation has the effect of the check, and its rules account for it', () => {
    fc.assert(
      fc.property(policyFiles, inputs, settings, (files, requests, given) => {
        const table = buildRuleTable(linkPolicies(files), 'none', 1)
        for (const input of requests) {
          for (const action of input.actions) {
            const single = { ...input, actions: [action] }
            const decision = check(table, single, given, now).actions.get(action)
            const explanation = explain(table, single, action, given, now)
            const { effect, matchedPolicy, matchedScope } = explanation
            expect({ effect, matchedPolicy, matchedScope }).toEqual(decision)
            const decided = explanation.policies.flatMap(({ rules }) =>
              rules.filter((rule) => rule.decided),
            )
            if (effect === 'EFFECT_ALLOW') expect(decided).toHaveLength(1)
            // What lacks nothing would have allowed.
            expect(explanation.nearest?.lacks).not.toEqual([])
            for (const rule of decided) {
              if (rule.outcome === 'applies') expect(rule.effect).toBe(effect)
              else expect(given.strictEvaluation).toBe(true)
            }
          }
        }
      }),
      { numRuns },
    )
  }, 60_000)

  test('actions asked together are decided as each by itself', () => {
    fc.assert(
      fc.property(policyFiles, inputs, settings, (files, requests, given) => {
        const table = buildRuleTable(linkPolicies(files), 'none', 1)
        for (const input of requests) {
          const together = check(table, input, given, now).actions
          for (const action of input.actions) {
            const alone = check(table, { ...input, actions: [action] }, given, now).actions
            expect(alone.get(action)).toEqual(together.get(action))
          }
        }
      }),
      { numRuns },
    )
  }, 60_000)
})

/** The same where no condition depends on which derived roles are held: it may then wait for none of them. */
function withoutRuntime(files: PolicyFiles): PolicyFiles {
  const list = 'runtime.effectiveDerivedRoles'
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path, text.replaceAll(list, '[P.id]')]),
  )
}
