import { Timestamp } from '@lockstitch/cel'
import { createConditionEnv } from '@lockstitch/policy'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { check } from '../src/check.ts'
import { EngineError } from '../src/errors.ts'
import { debugText } from '../src/plan/debug-text.ts'
import { filterAllows } from '../src/plan/evaluate-filter.ts'
import { plan } from '../src/plan.ts'
import type { CheckInput } from '../src/request.ts'
import { buildRuleTable } from '../src/rule-table.ts'
import { type Settings, settingsFrom } from '../src/settings.ts'
import { checkInput, policyFiles } from './arbitrary.ts'
import { hostileCondition, principalAttributes, resourceAttributes } from './plan-adversarial.ts'
import {
  allow,
  deny,
  derivedRoles,
  linkPolicies,
  type PolicyFiles,
  resourcePolicy,
  when,
} from './policies.ts'

const now = Timestamp.fromMillis(Date.UTC(2024, 7, 2))
const numRuns = Number(process.env.PROPERTY_RUNS ?? 20)
const env = createConditionEnv()

const condition = hostileCondition.filter((text) => env.compile(text).ok)
const conditions = fc.array(condition, { minLength: 5, maxLength: 5 })

const settings = fc
  .record({
    strictEvaluation: fc.boolean(),
    lenientScopeSearch: fc.boolean(),
    globals: fc.constant({ environment: 'test', limit: 3 }),
  })
  .map(settingsFrom)

/** A request with what the conditions name, and which attributes of its resource a plan knows. */
const question = fc
  .record({
    input: checkInput,
    attr: resourceAttributes,
    ofPrincipal: principalAttributes,
    known: fc.subarray(['n', 'team', 'owner', 'flag', 'tags', 'meta']),
  })
  .map(({ input, attr, ofPrincipal, known }) => ({
    known,
    input: {
      ...input,
      principal: { ...input.principal, attr: ofPrincipal },
      resource: { ...input.resource, attr },
      auxData: { jwt: { team: 'blue' } },
    },
  }))
const questions = fc.array(question, { minLength: 8, maxLength: 8 })

interface Question {
  readonly input: CheckInput
  readonly known: readonly string[]
}

/** Tells how many plans there were, of those that can be made. */
interface Tally {
  planned: number
  refused: number
}

function expectAgreement(
  files: PolicyFiles,
  asked: readonly Question[],
  given: Settings,
  tally: Tally,
): void {
  const table = buildRuleTable(linkPolicies(files), 'none', 1)
  for (const { input, known } of asked) {
    const decided = check(table, input, given, now).actions
    const { id: _, attr = {}, ...resource } = input.resource
    const shown = Object.entries(attr).filter(([name]) => known.includes(name))
    const planInput = { ...input, resource: { ...resource, attr: Object.fromEntries(shown) } }
    // Each action alone, and all of them together.
    for (const actions of [...input.actions.map((action) => [action]), input.actions]) {
      try {
        const { filter } = plan(table, { ...planInput, actions }, given, now)
        tally.planned += 1
        const isAllowed = actions.every((each) => decided.get(each)?.effect === 'EFFECT_ALLOW')
        const said = { actions, input, filter: debugText(filter) }
        expect({ ...said, kept: filterAllows(filter, input.resource) }).toEqual({
          ...said,
          kept: isAllowed,
        })
      } catch (error) {
        if (!(error instanceof EngineError && error.code === 'not-plannable')) throw error
        tally.refused += 1
      }
    }
  }
}

test('a plan keeps exactly what a check allows, whatever the conditions of all sorts of policies are', () => {
  const tally = { planned: 0, refused: 0 }
  fc.assert(
    fc.property(policyFiles, conditions, questions, settings, (files, others, asked, given) => {
      expectAgreement(withConditions(files, others), asked, given, tally)
    }),
    { numRuns },
  )
  // Optional elements, `cel.bind` and lists of derived roles that depend on variables are refused.
  expect(tally.refused).toBeLessThan(tally.planned / 4)
}, 240_000)

/** Other conditions in the places of those that policies have. */
function withConditions(files: PolicyFiles, others: readonly string[]): PolicyFiles {
  let next = 0
  const replaced = (key: string, value: unknown): unknown => {
    if (key !== 'expr') return value
    next += 1
    return others[next % others.length]
  }
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, JSON.stringify(JSON.parse(text, replaced))]),
  )
}

const variables = {
  variables: { local: { positive: 'R.attr.n > 0.0', broken: 'R.attr.nothing.deep' } },
  constants: { local: { one: 1 } },
}

/** A condition in each of the places where one can stand. */
function worldOf(expr: string): PolicyFiles {
  return {
    'roles.yaml': derivedRoles(
      'roles',
      [
        { name: 'owner', parentRoles: ['r1'], ...when('R.attr.owner == P.id') },
        { name: 'odd', parentRoles: ['*'], ...when(expr) },
      ],
      variables,
    ),
    'doc.yaml': resourcePolicy('doc', {
      importDerivedRoles: ['roles'],
      ...variables,
      rules: [
        allow('view', ['*'], when(expr)),
        allow('edit', ['*']),
        deny('edit', ['*'], when(expr)),
        { ...allow('view:x', []), derivedRoles: ['odd', 'owner'] },
        allow('zap', ['*'], when('"odd" in runtime.effectiveDerivedRoles || R.attr.flag')),
      ],
    }),
  }
}

function aboutDocuments({ input, known }: Question): Question {
  const resource = { kind: 'doc', id: 'p1', attr: input.resource.attr ?? {} }
  return { known, input: { ...input, resource, actions: ['view', 'edit', 'view:x', 'zap'] } }
}

test('a condition means the same wherever it stands', () => {
  const tally = { planned: 0, refused: 0 }
  fc.assert(
    fc.property(condition, questions, settings, (expr, asked, given) => {
      expectAgreement(worldOf(expr), asked.map(aboutDocuments), given, tally)
    }),
    { numRuns: numRuns * 3 },
  )
  expect(tally.refused).toBeLessThan(tally.planned / 2)
}, 240_000)

test.each([
  'has(runtime.effectiveDerivedRoles)',
  'hasIntersection(R.attr.tags, [optional.none(), null].map(m, R.attr.meta))',
])('a condition that plans were wrong about: %s', (expr) => {
  const tally = { planned: 0, refused: 0 }
  for (const strictEvaluation of [true, false]) {
    const asked = fc.sample(question, { numRuns: 40, seed: 1 })
    expectAgreement(
      worldOf(expr),
      asked.map(aboutDocuments),
      settingsFrom({ strictEvaluation }),
      tally,
    )
  }
  expect(tally.planned).toBeGreaterThan(100)
})
