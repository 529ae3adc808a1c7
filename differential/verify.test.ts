import { describe, expect, test } from 'vitest'

import { VERIFY_AREA } from './areas/verify.ts'
import { findCerbos } from './cerbos/binary.ts'
import { runDifferential } from './run.ts'
import { answerDifference } from './verify/answer.ts'
import { openCerbosOracle } from './verify/cerbos-oracle.ts'
import { ALL_FEATURES, generateCase } from './verify/generate.ts'
import { KNOWN } from './verify/known.ts'
import { answerOf, compilesHere } from './verify/ours.ts'
import { PLANTS } from './verify/plants.ts'
import { smallerCases } from './verify/smaller.ts'
import { type Json, TOKEN, type VerifyCase, WAYS } from './verify/verify-case.ts'

const size = ({ files }: VerifyCase): number => JSON.stringify(files).length

describe('the generator of policy tests', () => {
  test('a seed and an index make the same case each time', () => {
    for (const index of [0, 1, 77, 4000]) {
      expect(generateCase(1, index)).toEqual(generateCase(1, index))
      expect(generateCase(1, index)).not.toEqual(generateCase(2, index))
    }
  })

  test('every feature has its turn, and the policies compile', () => {
    const made = new Set<string>()
    for (let index = 0; index < 600; index += 1) {
      const each = generateCase(1, index)
      for (const feature of each.features) made.add(feature)
      if (index < 100) expect(compilesHere(each)).toBe(true)
    }
    expect(ALL_FEATURES.filter((feature) => !made.has(feature))).toEqual([])
  })

  test('smaller cases are smaller', () => {
    const each = generateCase(1, 12)
    const plain = WAYS[0] as (typeof WAYS)[number]
    for (const smaller of smallerCases({ ...each, way: plain })) {
      expect(size(smaller)).toBeLessThan(size(each))
    }
  })
})

describe('planted bugs', () => {
  test('there are at least 20, and each changes an answer', () => {
    expect(PLANTS.length).toBeGreaterThanOrEqual(20)
    const unseen = new Set(PLANTS)
    for (let index = 0; index < 1500 && unseen.size > 0; index += 1) {
      const each = generateCase(1, index)
      const honest = answerOf(each, undefined)
      for (const plant of unseen) {
        if (answerDifference(answerOf(each, plant), honest) !== undefined) unseen.delete(plant)
      }
    }
    expect([...unseen].map(({ name }) => name)).toEqual([])
  }, 120_000)
})

// The real Cerbos is there on the platforms for which npm has it.
describe.skipIf('missing' in findCerbos())('with the real Cerbos', { timeout: 240_000 }, () => {
  const run = async (...options: readonly string[]) => {
    const lines: string[] = []
    const args = ['--area', 'verify', '--seed', '1', ...options]
    const print = (line: string): void => void lines.push(line)
    const code = await runDifferential({ args, areas: [VERIFY_AREA], print })
    return { code, printed: lines.join('\n') }
  }

  test('the two agree on some suites', async () => {
    const { printed } = await run('--cases', '60')
    expect(printed).toMatch(/differential verify: 60 agree, 0 differ/)
  })

  test('what is known to differ still does', async () => {
    const oracle = await openCerbosOracle()
    const [theirs] = await oracle.ask([LATE_OUTPUT])
    await oracle.close()
    const ours = answerOf(LATE_OUTPUT, undefined)
    if (theirs === undefined) throw new Error('a case has an answer')
    expect(answerDifference(ours, theirs)).toBeDefined()
    const known = KNOWN.filter(({ applies }) => applies(LATE_OUTPUT, ours, theirs))
    expect(known.map(({ reason }) => reason)).toEqual([
      'Cerbos emits `conditionNotMet` of a rule whose derived role is not held, from its second action or role on',
    ])
  })

  test('rules are confused in a set that has two such rules, and in no other', () => {
    const [cores] = KNOWN
    const answer = { exitCode: 0, suites: [] }
    const withRule = (match: Json): VerifyCase => {
      const policy = LATE_OUTPUT.files[`${TOKEN}/root.json`] as { readonly [name: string]: Json }
      const rule = { actions: ['view'], effect: 'EFFECT_ALLOW', roles: ['user'] }
      const resourcePolicy = (version: string, condition: Json): Json => ({
        ...policy,
        resourcePolicy: { resource: 'doc', version, rules: [{ ...rule, condition }] },
      })
      const files = {
        a: resourcePolicy('a', { match: { expr: 'R.attr.x == 1' } }),
        b: resourcePolicy('b', { match }),
      }
      return { ...LATE_OUTPUT, files }
    }
    const none = (expr: string): Json => ({ none: { of: [{ expr }] } })
    expect(cores?.applies(withRule(none('R.attr.x == 1')), answer, answer)).toBe(true)
    expect(cores?.applies(withRule(none('R.attr.x == 2')), answer, answer)).toBe(false)
    expect(cores?.applies(withRule({ expr: 'R.attr.x == 1' }), answer, answer)).toBe(false)
  })
})

/** A rule with an output for when its condition is not met, of a derived role that is not held. */
const LATE_OUTPUT: VerifyCase = {
  way: WAYS[0] as (typeof WAYS)[number], // There is one at least.
  features: [],
  files: {
    [`${TOKEN}/roles.json`]: {
      apiVersion: 'api.cerbos.dev/v1',
      derivedRoles: {
        name: `roles${TOKEN}`,
        definitions: [
          { name: 'owner', parentRoles: ['user'], condition: { match: { expr: 'false' } } },
        ],
      },
    },
    [`${TOKEN}/root.json`]: {
      apiVersion: 'api.cerbos.dev/v1',
      resourcePolicy: {
        resource: `doc${TOKEN}`,
        version: 'default',
        importDerivedRoles: [`roles${TOKEN}`],
        rules: [
          {
            actions: ['*'],
            effect: 'EFFECT_ALLOW',
            derivedRoles: ['owner'],
            output: { when: { conditionNotMet: '"late"' } },
          },
        ],
      },
    },
    [`${TOKEN}/suite_test.json`]: {
      name: 'Suite',
      principals: { p1: { id: 'p1', roles: ['user'] } },
      resources: { r1: { kind: `doc${TOKEN}`, id: 'r1' } },
      tests: [
        {
          name: 'first',
          input: { principals: ['p1'], resources: ['r1'], actions: ['view', 'edit'] },
          expected: [{ principal: 'p1', resource: 'r1', actions: denied('view') }],
        },
      ],
    },
  },
}

function denied(action: string): Json {
  return { [action]: 'EFFECT_DENY' }
}
