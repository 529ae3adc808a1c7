import type { CheckInput, Settings } from '@lockstitch/engine'

import { type Random, randomFor } from '../random.ts'
import { GLOBALS } from './conditions.ts'
import {
  DISPUTED,
  KINDS,
  LOOKALIKE,
  PRINCIPALS,
  RARE_VERSION,
  ROLES,
  randomPolicySet,
  SCOPES,
  VERSIONS,
} from './generate-policies.ts'
import type { CheckCase, PolicySet } from './policy-set.ts'

/** How many cases are about one policy set. */
export const CASES_OF_SET = 1500
/** How many neighbours have one principal, so that they can be asked in a call for each settings. */
const CASES_OF_PRINCIPAL = 10

/** The case of a seed and an index. */
export function generateCase(seed: number, index: number): CheckCase {
  const random = randomFor(seed, index)
  const asker = randomFor(seed ^ 0xa5c, Math.floor(index / CASES_OF_PRINCIPAL))
  const set = Math.floor(index / CASES_OF_SET)
  return {
    policies: policySet(seed, set),
    settings: { ...settingsOf(set), strictEvaluation: index % 2 === 1 },
    input: randomInput(random, randomAsker(asker)),
  }
}

/**
 * What a set is decided by. Each costs a server, so there are few of them; all are asked in default
 * and in strict evaluation.
 */
// biome-ignore format: a table
const SETTINGS: readonly Omit<Settings, 'strictEvaluation'>[] = [
  { lenientScopeSearch: false, schemaEnforcement: 'none', defaultPolicyVersion: 'default', defaultScope: '', globals: GLOBALS },
  { lenientScopeSearch: true, schemaEnforcement: 'warn', defaultPolicyVersion: 'v2', defaultScope: 'a', globals: GLOBALS },
  { lenientScopeSearch: false, schemaEnforcement: 'reject', defaultPolicyVersion: 'default', defaultScope: 'a.b', globals: {} },
  { lenientScopeSearch: false, schemaEnforcement: 'warn', defaultPolicyVersion: 'v3', defaultScope: '', globals: GLOBALS },
  { lenientScopeSearch: true, schemaEnforcement: 'none', defaultPolicyVersion: 'default', defaultScope: 'q.r.s', globals: {} },
]

function settingsOf(set: number): Omit<Settings, 'strictEvaluation'> {
  // The index is below the length.
  return SETTINGS[set % SETTINGS.length] as Omit<Settings, 'strictEvaluation'>
}

/** One of so many sets has what Cerbos decides by chance. */
const SETS_BY_CHANCE = 4

/** Sets are large; that of the last few cases is kept. */
const sets = new Map<string, PolicySet>()
const MOST_SETS = 8

function policySet(seed: number, set: number): PolicySet {
  const key = `${seed} ${set}`
  const known = sets.get(key)
  if (known !== undefined) return known
  // Apart from the numbers that the requests of other cases are made of.
  const byChance = set % SETS_BY_CHANCE === SETS_BY_CHANCE - 1
  const made = randomPolicySet(randomFor(seed ^ 0x5e7, set), `s${seed}_${set}`, { byChance })
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

type Asker = Pick<CheckInput, 'principal' | 'auxData'>

function randomAsker(random: Random): Asker {
  const claims = { team: random.pick(['blue', 'red']), level: random.below(3) }
  const roles = new Set<string>([random.pick(ROLES)])
  while (random.chance(0.4)) roles.add(random.pick([...ROLES, 'r9']))
  return {
    principal: withoutUndefined({
      id: random.chance(0.8) ? random.pick(PRINCIPALS) : 'nobody',
      roles: [...roles],
      attr: attributes(random, PRINCIPAL_ATTRIBUTES),
      policyVersion: random.pick([...VERSIONS, ...VERSIONS, undefined, 'v99']),
      scope: randomScope(random),
    }),
    ...(random.chance(0.4) && { auxData: { jwt: claims } }),
  }
}

function randomInput(random: Random, asker: Asker): CheckInput {
  const { policyVersion, scope } = asker.principal
  const actions = new Set([random.pick(REQUEST_ACTIONS)])
  while (random.chance(0.4)) actions.add(random.pick(REQUEST_ACTIONS))
  const version = random.chance(0.5)
    ? withPolicies(policyVersion)
    : random.pick([...VERSIONS, undefined])
  const scopeOfResource = random.chance(0.3) ? scope : randomScope(random)
  const isByChance = scopeOfResource === DISPUTED || scopeOfResource === LOOKALIKE
  const kinds = isByChance
    ? KINDS.slice(0, 2)
    : [...KINDS, ...KINDS, ...KINDS, 'doc', 'album_object', 'other', 'my_res']
  return {
    requestId: 'r',
    ...asker,
    resource: withoutUndefined({
      kind: random.pick(kinds),
      id: random.pick(['r1', 'r2']),
      attr: attributes(random, RESOURCE_ATTRIBUTES),
      policyVersion: isByChance ? RARE_VERSION : version,
      scope: scopeOfResource,
    }),
    actions: [...actions],
  }
}

/** A version that has policies: others are for the principal. */
function withPolicies(version: string | undefined): string | undefined {
  return version === 'v99' ? undefined : version
}

function randomScope(random: Random): string | undefined {
  if (random.chance(0.35)) return undefined
  return random.pick(
    random.chance(0.8)
      ? SCOPES
      : ['', '.', 'a.z', 'a.b.c.d', 'nowhere', 'q.r.s', DISPUTED, DISPUTED, LOOKALIKE, LOOKALIKE],
  )
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
  const given = Object.entries(choices).filter(() => random.chance(0.85))
  return Object.fromEntries(given.map(([name, values]) => [name, random.pick(values)]))
}

type WithoutUndefined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(value: T): WithoutUndefined<T> {
  return JSON.parse(JSON.stringify(value))
}
