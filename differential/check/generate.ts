import type { CheckInput, Settings } from '@lockstitch/engine'

import { type Random, randomFor } from '../random.ts'
import { GLOBALS } from './conditions.ts'
import { KINDS, PRINCIPALS, ROLES, randomPolicySet, SCOPES, VERSIONS } from './generate-policies.ts'
import type { CheckCase, PolicySet } from './policy-set.ts'

/** How many cases are about one policy set. */
export const CASES_OF_SET = 400

/** The case of a seed and an index. */
export function generateCase(seed: number, index: number): CheckCase {
  const random = randomFor(seed, index)
  const set = Math.floor(index / CASES_OF_SET)
  return {
    policies: policySet(seed, set),
    // All four combinations, and the same default scope for the set, so that it needs four servers.
    settings: settingsOf(index % 4, set),
    input: randomInput(random),
  }
}

function settingsOf(combination: number, set: number): Settings {
  return {
    strictEvaluation: combination % 2 === 1,
    lenientScopeSearch: combination >= 2,
    defaultPolicyVersion: set % 3 === 1 ? 'v2' : 'default',
    defaultScope: set % 4 === 2 ? 'a' : '',
    globals: set % 5 === 3 ? {} : GLOBALS,
    schemaEnforcement: 'none',
  }
}

/** Sets are large; that of the last few cases is kept. */
const sets = new Map<string, PolicySet>()
const MOST_SETS = 8

function policySet(seed: number, set: number): PolicySet {
  const key = `${seed} ${set}`
  const known = sets.get(key)
  if (known !== undefined) return known
  // Apart from the numbers that the requests of other cases are made of.
  const made = randomPolicySet(randomFor(seed ^ 0x5e7, set))
  sets.set(key, made)
  const [oldest] = sets.keys()
  if (sets.size > MOST_SETS && oldest !== undefined) sets.delete(oldest)
  return made
}

const REQUEST_ACTIONS = [
  'view',
  'edit',
  'view:a',
  'view:b',
  'view:a:x',
  'delete',
  'zap',
  'View',
  'x:a',
]

function randomInput(random: Random): CheckInput {
  const version = random.pick(VERSIONS)
  const versionOf = (): string | undefined =>
    random.chance(0.9) ? version : random.pick([undefined, 'v2', 'v99'])
  const claims = { team: random.pick(['blue', 'red']), level: random.below(3) }
  const actions = new Set([random.pick(REQUEST_ACTIONS)])
  while (random.chance(0.4)) actions.add(random.pick(REQUEST_ACTIONS))
  const roles = new Set<string>([random.pick(ROLES)])
  while (random.chance(0.4)) roles.add(random.pick([...ROLES, 'r9']))
  const scope = randomScope(random)
  return {
    requestId: 'r',
    principal: withoutUndefined({
      id: random.chance(0.8) ? random.pick(PRINCIPALS) : 'nobody',
      roles: [...roles],
      attr: attributes(random, PRINCIPAL_ATTRIBUTES),
      policyVersion: versionOf(),
      scope: random.chance(0.6) ? scope : randomScope(random),
    }),
    resource: withoutUndefined({
      kind: random.pick([...KINDS, ...KINDS, 'doc', 'album_object', 'other', 'my_res']),
      id: random.pick(['r1', 'r2']),
      attr: attributes(random, RESOURCE_ATTRIBUTES),
      policyVersion: versionOf(),
      scope,
    }),
    actions: [...actions],
    ...(random.chance(0.4) && { auxData: { jwt: claims } }),
  }
}

function randomScope(random: Random): string | undefined {
  if (random.chance(0.35)) return undefined
  return random.pick([...SCOPES, ...SCOPES, '', '.', 'a.z', 'a.b.c.d', 'nowhere', 'q.r.s'])
}

type Choices = Readonly<Record<string, readonly CheckAttribute[]>>
type CheckAttribute = NonNullable<CheckInput['resource']['attr']>[string]

const RESOURCE_ATTRIBUTES: Choices = {
  n: [0, 1, 1, 2, 'text', null],
  team: ['blue', 'blue', 'red', 7],
  owner: ['p1', 'ann@acme', 'nobody'],
  tags: [['x'], ['x', 'blue'], [], ['red', 'y'], 'x'],
  flag: [true, true, false, 'yes'],
  meta: [{ region: 'eu' }, { region: 'us', blue: 1 }, {}],
  at: ['2024-02-03T04:05:06Z', '2999-01-01T00:00:00Z', 'yesterday'],
}

const PRINCIPAL_ATTRIBUTES: Choices = {
  team: ['blue', 'blue', 'red'],
  level: [0, 1, 2, 'high'],
  groups: [['x', 'y'], ['blue'], []],
}

function attributes(random: Random, choices: Choices): Readonly<Record<string, CheckAttribute>> {
  const given = Object.entries(choices).filter(() => random.chance(0.75))
  return Object.fromEntries(given.map(([name, values]) => [name, random.pick(values)]))
}

type WithoutUndefined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(value: T): WithoutUndefined<T> {
  return JSON.parse(JSON.stringify(value))
}
