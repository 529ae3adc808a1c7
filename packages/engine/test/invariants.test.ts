import { Timestamp } from '@lockstitch/cel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { check } from '../src/check.ts'
import { Engine } from '../src/engine.ts'
import type { CheckInput, CheckOutput } from '../src/request.ts'
import { buildRuleTable } from '../src/rule-table.ts'
import { settingsFrom } from '../src/settings.ts'
import { checkInput, policyFiles } from './arbitrary.ts'
import { deny, linkPolicies, type PolicyFiles, when } from './policies.ts'

const now = Timestamp.fromMillis(Date.UTC(2024, 0, 2))
const numRuns = Number(process.env.PROPERTY_RUNS ?? 60)

const settings = fc.record({
  strictEvaluation: fc.boolean(),
  lenientScopeSearch: fc.boolean(),
  defaultScope: fc.constantFrom('', 'a'),
})
const inputs = fc.array(checkInput, { minLength: 10, maxLength: 10 })

type Decide = (input: CheckInput) => CheckOutput

function deciderOf(files: PolicyFiles, given: Parameters<typeof settingsFrom>[0]): Decide {
  const table = buildRuleTable(linkPolicies(files), 'none', 1)
  return (input) => check(table, input, settingsFrom(given), now)
}

function effectsOf({ actions }: CheckOutput): Readonly<Record<string, string>> {
  return Object.fromEntries([...actions].map(([action, { effect }]) => [action, effect]))
}

/** The outputs in the shape of the Cerbos SDK. */
function outputsOf({ outputs }: CheckOutput): readonly object[] {
  return outputs.map(({ action, src, ...outcome }) => ({
    action,
    source: src,
    ...('val' in outcome ? { value: outcome.val } : { value: undefined, error: outcome.error }),
  }))
}

/** All of an answer that does not tell which policies gave it. */
function answerOf(output: CheckOutput): object {
  const { generation: _theirs, actions, ...rest } = output
  return { ...rest, actions: Object.fromEntries(actions) }
}

/** The policies of a file, in which the rules are put in another order. */
function withRules(text: string, change: (rules: readonly object[]) => readonly object[]): string {
  const { apiVersion, ...kinds } = JSON.parse(text)
  const policies = Object.entries<{ rules?: readonly object[] }>(kinds).map(([kind, policy]) => [
    kind,
    policy.rules ? { ...policy, rules: change(policy.rules) } : policy,
  ])
  return JSON.stringify({ apiVersion, ...Object.fromEntries(policies) })
}

describe('random policies and requests', () => {
  test('the order of files does not matter, whatever the settings', () => {
    const world = policyFiles.chain((files) =>
      fc.tuple(fc.constant(files), reordered(Object.entries(files))),
    )
    fc.assert(
      fc.property(world, inputs, settings, ([files, entries], requests, given) => {
        const [first, second] = [files, Object.fromEntries(entries)].map((each) =>
          deciderOf(each, given),
        )
        for (const input of requests) expect(second?.(input)).toEqual(first?.(input))
      }),
      { numRuns },
    )
  }, 60_000)

  test('the order of rules and of roles decides nothing in default evaluation', () => {
    const reversed = (files: PolicyFiles): PolicyFiles =>
      Object.fromEntries(
        Object.entries(files).map(([path, text]) => [
          path,
          withRules(text, (rules) => [...rules].reverse()),
        ]),
      )
    fc.assert(
      fc.property(policyFiles, inputs, settings, (files, requests, given) => {
        const lenient = { ...given, strictEvaluation: false }
        const first = deciderOf(files, lenient)
        const second = deciderOf(reversed(files), lenient)
        for (const { principal, ...input } of requests) {
          const turned = { ...principal, roles: [...principal.roles].reverse() }
          expect(effectsOf(second({ ...input, principal: turned }))).toEqual(
            effectsOf(first({ ...input, principal })),
          )
        }
      }),
      { numRuns },
    )
  }, 60_000)

  // With several roles strict evaluation ends at the first error, and so depends on the order.
  test('the order of rules decides nothing for a single role in strict evaluation', () => {
    fc.assert(
      fc.property(policyFiles, inputs, settings, (files, requests, given) => {
        const strict = { ...given, strictEvaluation: true }
        const first = deciderOf(files, strict)
        const turned = Object.entries(files).map(([path, text]) => [
          path,
          withRules(text, (rules) => [...rules].reverse()),
        ])
        const second = deciderOf(Object.fromEntries(turned), strict)
        for (const { principal, ...input } of requests) {
          const single = {
            ...input,
            principal: { ...principal, roles: principal.roles.slice(0, 1) },
          }
          expect(effectsOf(second(single))).toEqual(effectsOf(first(single)))
        }
      }),
      { numRuns },
    )
  }, 60_000)

  test('a batch equals its singles', async () => {
    await fc.assert(
      fc.asyncProperty(policyFiles, inputs, settings, async (files, requests, given) => {
        const clock = (): number => 0
        const engine = new Engine(linkPolicies(files), { ...given, clock })
        const singles = requests.map((input) => engine.check(input))
        expect(engine.checkMany(requests)).toEqual(singles)
        const principal = requests[0]?.principal ?? expect.unreachable('a request')
        const resources = requests.map(({ resource, actions }) => ({ resource, actions }))
        const ofOne = resources.map((asked) => engine.check({ principal, ...asked }))
        for (const includeMetadata of [false, true]) {
          const { results } = await engine.checkResources({ principal, resources, includeMetadata })
          expect(results.map((result) => ({ ...result.actions }))).toEqual(ofOne.map(effectsOf))
          expect(results.map(({ outputs }) => outputs)).toEqual(ofOne.map(outputsOf))
          expect(results.map(({ metadata }) => metadata?.effectiveDerivedRoles)).toEqual(
            ofOne.map((each) => (includeMetadata ? each.effectiveDerivedRoles : undefined)),
          )
        }
      }),
      { numRuns },
    )
  }, 60_000)

  test('an updated engine equals a fresh one', () => {
    fc.assert(
      fc.property(policyFiles, policyFiles, inputs, settings, (before, after, requests, given) => {
        const clock = (): number => 0
        const sources = (files: PolicyFiles) =>
          Object.entries(files).map(([path, text]) => ({ path, text }))
        const updated = Engine.fromFiles(sources(before), { ...given, clock })
        // What it remembers of the first policies must not tell.
        for (const input of requests) updated.check(input)
        expect(updated.update(sources(after))).toEqual({ ok: true, generation: 2 })
        const fresh = Engine.fromFiles(sources(after), { ...given, clock })
        for (const input of [...requests, ...requests]) {
          expect(answerOf(updated.check(input))).toEqual(answerOf(fresh.check(input)))
        }
      }),
      { numRuns },
    )
  }, 60_000)

  test('every answer is that of the one policy set that it names, whenever others are put in force', async () => {
    const worlds = fc.tuple(policyFiles, policyFiles, policyFiles)
    const moments = fc.array(fc.constantFrom('ask', 'update', 'hook'), {
      minLength: 20,
      maxLength: 20,
    })
    await fc.assert(
      fc.asyncProperty(worlds, inputs, moments, async (files, requests, steps) => {
        const sets = files.map(linkPolicies)
        const setOf = (generation: number) =>
          sets[(generation - 1) % sets.length] as (typeof sets)[0]
        const clock = (): number => 0
        let replaceNext = false
        const engine = new Engine(setOf(1), {
          clock,
          // In the middle of a call, as it were: what it has decided is being recorded.
          onDecision: () => {
            if (replaceNext) engine.replace(setOf(engine.generation + 1))
            replaceNext = false
          },
        })
        const asked = requests.map(({ resource, actions }) => ({ resource, actions }))
        const principal = requests[0]?.principal ?? expect.unreachable('a request')
        const answers = steps.flatMap((step) => {
          if (step === 'update') engine.replace(setOf(engine.generation + 1))
          if (step === 'hook') replaceNext = true
          return step === 'update' ? [] : engine.checkResources({ principal, resources: asked })
        })
        for (const { generation, results } of await Promise.all(answers)) {
          const fresh = new Engine(setOf(generation), { clock })
          const wanted = asked.map((each) => effectsOf(fresh.check({ principal, ...each })))
          expect(results.map(({ actions }) => ({ ...actions }))).toEqual(wanted)
        }
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    )
  }, 60_000)

  test.each([
    ['default evaluation', false],
    ['strict evaluation, a single role', true],
  ])(
    'one more DENY never allows more: %s',
    (_which, strictEvaluation) => {
      const denial = fc.record({
        action: fc.constantFrom('view', 'edit', 'view:*', '*'),
        role: fc.constantFrom('r1', 'r2', 'r*', '*'),
        condition: fc.constantFrom({}, when('R.attr.n == 1.0'), when('R.attr.missing')),
        where: fc.nat(),
        at: fc.nat(4),
      })
      fc.assert(
        fc.property(policyFiles, denial, inputs, settings, (files, more, requests, given) => {
          const exact = { ...given, strictEvaluation }
          const before = deciderOf(files, exact)
          const after = deciderOf(withDenial(files, more), exact)
          for (const { principal, ...input } of requests) {
            const roles = strictEvaluation ? principal.roles.slice(0, 1) : principal.roles
            const asked = { ...input, principal: { ...principal, roles } }
            const allowedBefore = effectsOf(before(asked))
            for (const [action, effect] of Object.entries(effectsOf(after(asked)))) {
              if (effect === 'EFFECT_ALLOW') expect(allowedBefore[action]).toBe('EFFECT_ALLOW')
            }
          }
        }),
        { numRuns },
      )
    },
    60_000,
  )
})

function reordered<Item>(items: readonly Item[]): fc.Arbitrary<Item[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length })
}

interface Denial {
  readonly action: string
  readonly role: string
  readonly condition: object
  /** Which of the policies, and before which of its rules. */
  readonly where: number
  readonly at: number
}

/** The same files with a rule more in one of the resource or principal policies. */
function withDenial(
  files: PolicyFiles,
  { action, role, condition, where, at }: Denial,
): PolicyFiles {
  const paths = Object.keys(files).filter((each) => /^(resource|principal)-/.test(each))
  const path = paths[where % paths.length] ?? ''
  const rule = path.startsWith('resource')
    ? deny(action, [role], condition)
    : { resource: 'doc*', actions: [{ action, effect: 'EFFECT_DENY', ...condition }] }
  const insert = (rules: readonly object[]): readonly object[] => [
    ...rules.slice(0, at),
    rule,
    ...rules.slice(at),
  ]
  return { ...files, [path]: withRules(files[path] ?? '', insert) }
}
