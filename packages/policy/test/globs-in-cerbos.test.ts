import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  type CerbosServer,
  findCerbos,
  skippedWithoutCerbos,
  startCerbos,
} from '../../../tools/cerbos-server.ts'
import { compilePattern, isUnusableGlob } from '../src/globs.ts'
import { GLOB_CASES } from './glob-cases.ts'
import { nameLike, randomFrom, randomGlob, randomName } from './random-globs.ts'

// Another seed, or more globs, asks other questions: GLOBS_SEED=7 GLOBS_COUNT=300.
const seed = Number(process.env.GLOBS_SEED ?? 1)
const count = Number(process.env.GLOBS_COUNT ?? 60)
const random = randomFrom(seed)
const randomGlobs = Array.from({ length: count }, () => randomGlob(random))
const globs = [...new Set(randomGlobs)].filter((glob) => !isUnusableGlob(glob))
/** Each has a kind of its own. */
const allGlobs = [...globs, ...GLOB_CASES.map(([glob]) => glob)]
const names = [
  ...new Set([
    ...Array.from({ length: 60 }, () => randomName(random)),
    ...globs.map((glob) => nameLike(glob, random)),
  ]),
]

/** Rules for everybody, with one action each; or for one role each, with an action of its own. */
const policy = (resource: string, rules: readonly object[]): string =>
  JSON.stringify({
    apiVersion: 'api.cerbos.dev/v1',
    resourcePolicy: { resource, version: 'default', rules },
  })
const rule = (action: string, role: string): object => ({
  actions: [action],
  roles: [role],
  effect: 'EFFECT_ALLOW',
})

type Answers = Readonly<Record<string, string>>

describe.skipIf('missing' in findCerbos())(`globs${skippedWithoutCerbos()}`, () => {
  let cerbos: CerbosServer

  beforeAll(async () => {
    const files = Object.fromEntries(
      allGlobs.map((glob, i) => [`${i}.json`, policy(`kind${i}`, [rule(glob, '*')])]),
    )
    const roles = policy(
      'roles',
      globs.map((glob, i) => rule(`action${i}`, glob)),
    )
    const limits = { maxActionsPerResource: 500, maxResourcesPerRequest: 500 }
    cerbos = await startCerbos({
      policies: { ...files, 'roles.json': roles },
      config: { server: { requestLimits: limits } },
    })
  }, 60_000)

  afterAll(async () => {
    await cerbos?.stop()
  })

  const ask = async (
    kinds: readonly string[],
    actions: readonly string[],
    role: string,
  ): Promise<readonly Answers[]> => {
    const reply = await cerbos.post('/api/check/resources', {
      requestId: '1',
      principal: { id: 'ann', roles: [role] },
      resources: kinds.map((kind) => ({ resource: { kind, id: '1' }, actions })),
    })
    if (!reply.ok) throw new Error(reply.message)
    return (reply.body as { results: { actions: Answers }[] }).results.map((each) => each.actions)
  }

  test('match the actions that they match in Cerbos', { timeout: 60_000 }, async () => {
    const answers = await ask(
      globs.map((_, i) => `kind${i}`),
      names,
      'user',
    )
    const matched = globs.map((_, i) => names.filter((name) => answers[i]?.[name] === ALLOW))
    expect(globs.map(ourMatches)).toEqual(matched)
    expect(matched.flat().length).toBeGreaterThan(count)
  })

  test('match there what is told of them here', { timeout: 60_000 }, async () => {
    for (const [i, [glob, matching, other]] of GLOB_CASES.entries()) {
      // An action has a name there.
      const actions = [...matching, ...other].filter((name) => name !== '')
      const [answers = {}] = await ask([`kind${globs.length + i}`], actions, 'user')
      const matched = actions.filter((name) => answers[name] === ALLOW)
      expect([glob, matched]).toEqual([glob, matching.filter((name) => name !== '')])
    }
  })

  test('match the roles that they match in Cerbos', { timeout: 60_000 }, async () => {
    const actions = globs.map((_, i) => `action${i}`)
    for (const name of names.slice(-20)) {
      const [answers = {}] = await ask(['roles'], actions, name)
      const theirs = globs.filter((_, i) => answers[`action${i}`] === ALLOW)
      expect([name, globs.filter((glob) => compilePattern(glob)?.(name))]).toEqual([name, theirs])
    }
  })
})

const ALLOW = 'EFFECT_ALLOW'

function ourMatches(glob: string): readonly string[] {
  const matches = compilePattern(glob)
  return names.filter((name) => matches?.(name) === true)
}

describe.skipIf('missing' in findCerbos())(`unusable globs${skippedWithoutCerbos()}`, () => {
  test('make Cerbos fail', { timeout: 60_000 }, async () => {
    const cerbos = await startCerbos({
      policies: { 'a.json': policy('doc', [rule('{view*,view}', '*')]) },
    })
    try {
      const reply = await cerbos.post('/api/check/resources', {
        requestId: '1',
        principal: { id: 'ann', roles: ['user'] },
        resources: [{ resource: { kind: 'doc', id: '1' }, actions: ['view'] }],
      })
      expect(reply).toMatchObject({ ok: false, message: expect.stringContaining('panic') })
    } finally {
      await cerbos.stop()
    }
  })
})
