import type { Random } from '../random.ts'
import { ACTIONS, KIND } from './generate-policies.ts'
import { type JsonObject, TOKEN } from './verify-case.ts'

type Note = (feature: string) => void

const PRINCIPALS = ['p1', 'p2', 'p3']
const RESOURCES = ['r1', 'r2', 'r3']

/** Principals, resources and tokens, of a suite or of the `testdata` beside it. */
export function generateFixtures(
  random: Random,
  note: Note,
): Record<'principals' | 'resources' | 'auxData', JsonObject> {
  const principals = Object.fromEntries(PRINCIPALS.map((id) => [id, principal(id, random, note)]))
  const resources = Object.fromEntries(RESOURCES.map((id) => [id, resource(id, random, note)]))
  const auxData = {
    low: { jwt: { level: 1 } },
    high: { jwt: { level: 3 } },
    many: { jwts: { a: { claims: { ok: true } } } },
  }
  return {
    principals: {
      principals,
      principalGroups: { all: { principals: ['p3', 'p1'] }, one: { principals: ['p2'] } },
    },
    resources: {
      resources,
      resourceGroups: { some: { resources: ['r2', 'r1'] }, one: { resources: ['r3'] } },
    },
    auxData: { auxData },
  }
}

function principal(id: string, random: Random, note: Note): JsonObject {
  const roles = random.pick([['user'], ['user'], ['guest'], ['guest', 'user']])
  const made: JsonObject = {
    id: `${id}${TOKEN}`,
    roles,
    attr: { y: random.below(3), level: random.below(3) },
  }
  return placed(made, random, note)
}

function resource(id: string, random: Random, note: Note): JsonObject {
  const attr: JsonObject = { x: random.below(3), n: random.below(6) }
  if (random.chance(0.7)) attr.owner = `${random.pick(PRINCIPALS)}${TOKEN}`
  if (random.chance(0.5))
    attr.t = random.pick(['2024-05-31T23:30:00Z', '2020-01-01T00:00:00Z', 'never'])
  const kind = random.chance(0.93) ? KIND : 'nothing'
  return placed({ kind, id, attr }, random, note)
}

function placed(made: JsonObject, random: Random, note: Note): JsonObject {
  if (random.chance(0.2)) {
    const scope = random.pick([TOKEN, `${TOKEN}.deeper`, '.'])
    note(`fixture: scope ${scope === TOKEN ? 'own' : scope === '.' ? 'root' : 'deeper'}`)
    made.scope = scope
  }
  if (random.chance(0.15)) {
    note('fixture: version')
    made.policyVersion = random.pick(['v2', 'default'])
  }
  return made
}

/** A suite of one to three tests. */
export function generateSuite(random: Random, note: Note): JsonObject {
  const tests = ['first', 'second', 'third'].slice(0, 1 + random.below(3))
  const suite: JsonObject = { name: random.pick(['Suite', 'Other suite']) }
  if (random.chance(0.3)) suite.description = 'What may be done'
  if (random.chance(0.75)) suite.options = options(random, note, 'suite')
  if (random.chance(0.05)) {
    note('suite: skip')
    suite.skip = true
    if (random.chance(0.5)) suite.skipReason = 'not now'
  }
  if (random.chance(0.3)) {
    note('suite: own group')
    suite.principalGroups = { one: { principals: ['p1', 'p3'] } }
  }
  if (random.chance(0.2)) {
    note('suite: own fixture')
    suite.resources = { r1: resource('r1', random, note) }
  }
  suite.tests = tests.map((name) => test(name, random, note))
  return suite
}

function options(random: Random, note: Note, of: string): JsonObject {
  const made: JsonObject = {}
  if (random.chance(0.85)) {
    note(`${of} option: now`)
    made.now = random.pick([
      '2024-06-01T00:00:00Z',
      '2024-06-01T00:00:00.000000001Z',
      '2024-06-01T01:30:00+02:00',
    ])
  }
  const set = (name: string, probability: number, value: JsonObject[string]): void => {
    if (!random.chance(probability)) return
    note(`${of} option: ${name}`)
    made[name] = value
  }
  set('globals', 0.5, { env: random.pick(['test', 'live']) })
  set('lenientScopeSearch', 0.3, true)
  set('strictEvaluation', 0.25, true)
  set('defaultPolicyVersion', 0.2, random.pick(['v2', 'default', 'none']))
  set('defaultScope', 0.25, random.pick([TOKEN, `${TOKEN}.deeper`]))
  return made
}

function test(name: string, random: Random, note: Note): JsonObject {
  const actions = ACTIONS.filter(() => random.chance(0.7))
  if (actions.length === 0) actions.push('view')
  const input: JsonObject = { actions: [...actions] }
  const principals = chosen(random, note, input, 'principal', PRINCIPALS, { all: ['p3', 'p1'] })
  const resources = chosen(random, note, input, 'resource', RESOURCES, { some: ['r2', 'r1'] })
  if (random.chance(0.6)) {
    note('test: aux data')
    input.auxData = random.pick(['low', 'high', 'many'])
  }
  const made: JsonObject = { name, input }
  if (random.chance(0.25)) made.options = options(random, note, 'test')
  if (random.chance(0.08)) {
    note('test: skip')
    made.skip = true
    if (random.chance(0.5)) made.skipReason = 'later'
  }
  made.expected = principals.map((who) => expectation(who, resources, actions, random, note))
  return made
}

/** Who or what a test is about: names, a group, or both. All that are meant are returned. */
function chosen(
  random: Random,
  note: Note,
  input: JsonObject,
  what: 'principal' | 'resource',
  names: readonly string[],
  groups: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const some = names.filter(() => random.chance(0.6))
  const [group = '', members = []] = Object.entries(groups)[0] ?? []
  const withGroup = some.length === 0 || random.chance(0.3)
  if (some.length > 0) input[`${what}s`] = [...some]
  if (withGroup) {
    note(`test: ${what} group`)
    input[`${what}Groups`] = [group]
  }
  return [...new Set([...some, ...(withGroup ? members : [])])]
}

function expectation(
  who: string,
  resources: readonly string[],
  actions: readonly string[],
  random: Random,
  note: Note,
): JsonObject {
  const made: JsonObject = { principal: who }
  if (random.chance(0.5)) made.resources = [...resources]
  else made.resource = random.pick(resources)
  const named = actions.filter(() => random.chance(0.8))
  const effects = (named.length > 0 ? named : actions).map((action) => {
    return [action, random.chance(0.5) ? 'EFFECT_ALLOW' : 'EFFECT_DENY']
  })
  made.actions = Object.fromEntries(effects)
  if (random.chance(0.25)) {
    note('expectation: output')
    const src = `resource.${KIND}.vdefault#${random.pick(['rule-0', 'rule-1', 'rule-001', 'rule-002'])}`
    const val = random.pick([null, { id: 'r1', n: 2 }, `by ${who}${TOKEN}`])
    const expected = random.chance(0.9) ? { src, val } : { src }
    made.outputs = [{ action: random.pick(actions), expected: [expected] }]
  }
  return made
}
