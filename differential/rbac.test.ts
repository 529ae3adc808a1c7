import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { RBAC_AREA } from './areas/rbac.ts'
import { CERBOS_ENVIRONMENT, cerbosPath, findCerbos } from './cerbos/binary.ts'
import { ALL_FEATURES, CASES_OF_SET, featuresOf, generateCase } from './rbac/generate.ts'
import { decideBy, filesOf } from './rbac/ours.ts'
import { PLANTS } from './rbac/plants.ts'
import type { RbacCase } from './rbac/rbac-case.ts'
import { smallerCases } from './rbac/smaller.ts'

const size = (each: RbacCase): number => JSON.stringify(each).length

describe('the generator of RBAC policies and questions', () => {
  test('a seed and an index make the same case each time', () => {
    for (const index of [0, 1, 77, 4000]) {
      expect(generateCase(1, index)).toEqual(generateCase(1, index))
      expect(generateCase(1, index)).not.toEqual(generateCase(2, index))
    }
  })

  test('every feature has its turn', () => {
    const decide = decideBy(undefined)
    const made = new Set<string>()
    for (let index = 0; index < 1000; index += 1) {
      const each = generateCase(1, index)
      const tenancy = each.organizationId !== each.question.organization_id
      for (const feature of featuresOf(each, { ...decide(each), tenancy })) made.add(feature)
    }
    expect(ALL_FEATURES.filter((feature) => !made.has(feature))).toEqual([])
  })

  test('smaller cases are smaller', () => {
    const each = generateCase(1, 12)
    for (const smaller of smallerCases(each)) expect(size(smaller)).toBeLessThan(size(each))
  })
})

test('there are at least 20 planted bugs, and each changes an answer', () => {
  expect(PLANTS.length).toBeGreaterThanOrEqual(20)
  const honest = decideBy(undefined)
  const unseen = new Map(PLANTS.map((plant) => [plant.name, decideBy(plant)]))
  for (let index = 0; index < 2000 && unseen.size > 0; index += 1) {
    const each = generateCase(1, index)
    for (const [name, decide] of unseen)
      if (decide(each).allow !== honest(each).allow) unseen.delete(name)
  }
  expect([...unseen.keys()]).toEqual([])
}, 120_000)

test('the official SDK, the emulator and the imported policies agree on some questions', async () => {
  const lines: string[] = []
  const print = (line: string): void => void lines.push(line)
  const { differ, agree } = await RBAC_AREA.run({ cases: 150, seed: 7, first: 0, print })
  expect({ differ, agree, lines }).toMatchObject({ differ: 0, agree: 150 })
}, 120_000)

// The tests that an import writes say what Stytch allows. The real Cerbos runs them.
test.skipIf('missing' in findCerbos())(
  'imported tests pass in the real Cerbos',
  () => {
    const root = mkdtempSync(join(tmpdir(), 'lockstitch-rbac-'))
    try {
      for (let index = 0; index < 6; index += 1) {
        const { set } = generateCase(3, index * CASES_OF_SET)
        const folder = join(root, String(index))
        for (const { path, text } of filesOf(set.policy, set)) {
          mkdirSync(dirname(join(folder, path)), { recursive: true })
          writeFileSync(join(folder, path), text)
        }
        const { status, stdout } = spawnSync(cerbosPath(), ['compile', folder], {
          env: CERBOS_ENVIRONMENT,
          encoding: 'utf8',
        })
        expect({ index, status, stdout }).toMatchObject({ status: 0 })
      }
    } finally {
      rmSync(root, { recursive: true })
    }
  },
  120_000,
)
