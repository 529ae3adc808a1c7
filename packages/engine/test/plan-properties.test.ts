import { Timestamp } from '@lockstitch/cel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { check } from '../src/check.ts'
import { EngineError } from '../src/errors.ts'
import { debugText } from '../src/plan/debug-text.ts'
import { filterAllows } from '../src/plan/evaluate-filter.ts'
import { plan } from '../src/plan.ts'
import type { CheckInput } from '../src/request.ts'
import { buildRuleTable, type RuleTable } from '../src/rule-table.ts'
import { type Settings, settingsFrom } from '../src/settings.ts'
import { checkInput, policyFiles } from './arbitrary.ts'
import { PLAN_CONDITIONS } from './plan-conditions.ts'
import { allow, deny, linkPolicies, resourcePolicy } from './policies.ts'

const now = Timestamp.fromMillis(Date.UTC(2024, 0, 2))

const settings = fc
  .record({
    strictEvaluation: fc.boolean(),
    lenientScopeSearch: fc.boolean(),
    defaultScope: fc.constantFrom('', 'a'),
  })
  .map(settingsFrom)

const inputs = fc.array(checkInput, { minLength: 10, maxLength: 10 })
/** Which of the attributes a plan knows. */
const isKnown = fc.func(fc.boolean()) as fc.Arbitrary<(name: string) => boolean>
const numRuns = Number(process.env.PROPERTY_RUNS ?? 80)

describe('a plan, without the quirks of Cerbos', () => {
  test('keeps exactly what a check allows, whatever the policies are', () => {
    refusals = plans = 0
    fc.assert(
      fc.property(policyFiles, inputs, settings, isKnown, (files, requests, given, knows) => {
        const table = buildRuleTable(linkPolicies(files), 'none', 1)
        for (const input of requests) expectAgreement(table, input, given, knows)
      }),
      { numRuns },
    )
    // Only lists of derived roles that depend on variables, and `has()` of a variable, are refused.
    expect(refusals).toBeLessThan(plans / 5)
  }, 120_000)
})

let plans = 0
let refusals = 0

function expectAgreement(
  table: RuleTable,
  input: CheckInput,
  given: Settings,
  knows: (name: string) => boolean,
): void {
  const { actions } = check(table, input, given, now)
  const { id: _, attr = {}, ...resource } = input.resource
  const known = Object.fromEntries(Object.entries(attr).filter(([name]) => knows(name)))
  for (const action of input.actions) {
    const asked = { ...input, resource: { ...resource, attr: known }, actions: [action] }
    const planned = planOrRefusal(table, asked, given)
    if (planned === undefined) continue
    const kept = filterAllows(planned, input.resource)
    const isAllowed = actions.get(action)?.effect === 'EFFECT_ALLOW'
    expect({ action, filter: debugText(planned), kept }).toEqual({
      action,
      filter: debugText(planned),
      kept: isAllowed,
    })
  }
}

function planOrRefusal(
  table: RuleTable,
  asked: Parameters<typeof plan>[1],
  given: Settings,
): ReturnType<typeof plan>['filter'] | undefined {
  plans += 1
  try {
    return plan(table, asked, given, now).filter
  } catch (error) {
    if (!(error instanceof EngineError && error.code === 'not-plannable')) throw error
    refusals += 1
    return undefined
  }
}

const ATTRIBUTES = fc.dictionary(
  fc.constantFrom(...'a b c d e k l m s t x y owner flag obj ip h'.split(' ')),
  fc.oneof(
    fc.constantFrom<unknown>(true, false, 1, 2, 5.5, -0, '', 'x', 'u1', 'l1', 'a.b', null),
    fc.constantFrom<unknown>([], ['u1'], ['x', 1], [{ x: 'u1', b: ['u1'] }], { a: 1, x: 2 }, {}),
    fc.constantFrom<unknown>({ b: { c: 1 } }, { u1: 1 }, '2024-01-01T00:00:00Z', '10.0.0.1'),
  ),
  { maxKeys: 6 },
)

describe('variables that have another value than their expression', () => {
  const variables = {
    local: {
      optional: 'R.attr.?owner',
      twice: 'V.optional',
      some: '[R.attr.?owner, 1][0]',
      type: 'type(R.attr.owner)',
      types: '[int, 1][0]',
    },
  }

  test.each(Object.keys(variables.local))('are refused: %s', (name) => {
    const rule = allow('view', ['user'], { condition: { match: { expr: `V.${name} == "u1"` } } })
    const policy = resourcePolicy('doc', { variables, rules: [rule] })
    const table = buildRuleTable(linkPolicies({ 'doc.yaml': policy }), 'none', 1)
    const asked = {
      principal: { id: 'u1', roles: ['user'] },
      resource: { kind: 'doc' },
      actions: ['view'],
    }
    expect(() => plan(table, asked, settingsFrom({}), now)).toThrow(`no plan can be made of \`V.`)
  })
})

describe('conditions, one by one', () => {
  const rules = PLAN_CONDITIONS.flatMap((expr, index) => [
    allow(`allow${index}`, ['user'], { condition: { match: { expr } } }),
    allow(`deny${index}`, ['user']),
    deny(`deny${index}`, ['user'], { condition: { match: { expr } } }),
  ])
  const variables = {
    local: {
      v: 'P.id',
      isOwner: 'R.attr.owner == V.v',
      nested: 'V.isOwner && V.v == "u1"',
      bad: 'P.attr.missing == 1',
    },
  }
  const constants = { local: { k: 'kk' } }
  const policy = resourcePolicy('doc', { constants, variables, rules })
  const table = buildRuleTable(linkPolicies({ 'doc.yaml': policy }), 'none', 1)
  const principal = {
    id: 'u1',
    roles: ['user'],
    attr: { name: 'x', n: 3, map: { x: 1 }, list: ['l1', 'u1'], obj: { x: 1 }, h: 'a.b.c' },
  }

  test.each(PLAN_CONDITIONS.map((expr, index) => [expr, index] as const))('%s', (_, index) => {
    fc.assert(
      fc.property(ATTRIBUTES, isKnown, fc.boolean(), (attr, knows, strictEvaluation) => {
        const input = {
          principal,
          resource: { kind: 'doc', id: 'x', attr: attr as CheckInput['resource']['attr'] },
          actions: [`allow${index}`, `deny${index}`],
        }
        expectAgreement(table, input, settingsFrom({ strictEvaluation }), knows)
      }),
      { numRuns: 15 },
    )
  })
})
