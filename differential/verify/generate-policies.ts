import type { Random } from '../random.ts'
import { type Json, type JsonObject, TOKEN } from './verify-case.ts'

export const KIND: string = `doc${TOKEN}`
export const ACTIONS = ['view', 'edit', 'verify', 'remove'] as const

type Note = (feature: string) => void

/**
 * An expression that no other case has. Cerbos keeps one row for rules of any policies that do the
 * same, and asks the rules of each policy in the order in which it came upon their rows: among many
 * policies that is any order.
 */
function own(expr: string): string {
  return `${expr} // ${TOKEN}`
}

/** A feature and the expression that has it. */
// biome-ignore format: table
const EXPRESSIONS = [
  { feature: 'expression: attributes', expr: 'R.attr.x == P.attr.y' },
  { feature: 'expression: attributes', expr: 'R.attr.n > 2 && P.attr.level >= 1' },
  { feature: 'expression: owner',      expr: 'R.attr.owner == P.id' },
  { feature: 'expression: now',        expr: 'now() > timestamp("2024-06-01T00:00:00Z")' },
  { feature: 'expression: timeSince',  expr: 'timestamp(R.attr.t).timeSince() > duration("1h")' },
  { feature: 'expression: globals',    expr: 'G.env == "test"' },
  { feature: 'expression: jwt',        expr: 'request.auxData.jwt.level == 3.0' },
  { feature: 'expression: jwts',       expr: '"a" in request.auxData.jwts && request.auxData.jwts.a.claims.ok' },
  { feature: 'expression: error',      expr: 'R.attr.missing == 1' },
  { feature: 'expression: variable',   expr: 'V.open' },
  { feature: 'expression: derived roles', expr: '"owner" in runtime.effectiveDerivedRoles' },
] as const

// biome-ignore format: table
const OUTPUTS = [
  { feature: 'output: value',  expr: '{"id": R.id, "n": R.attr.n}' },
  { feature: 'output: text',   expr: '"by " + P.id' },
  { feature: 'output: null',   expr: 'null' },
  { feature: 'output: error',  expr: '1/0' },
  { feature: 'output: now',    expr: 'string(now())' },
] as const

const LATE_OUTPUT = { feature: 'output: text', expr: '"late"' }

/** The policies of a case, all of which compile. */
export function generatePolicies(random: Random, note: Note): Record<string, JsonObject> {
  const files: Record<string, JsonObject> = {
    roles: derivedRoles(random, note),
    root: resourcePolicy(random, note, {}),
  }
  if (random.chance(0.5)) {
    note('policy: scope')
    const permissions = random.pick(['OVERRIDE_PARENT', 'REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS'])
    note(`policy: ${permissions}`)
    const scopePermissions = `SCOPE_PERMISSIONS_${permissions}`
    files.scoped = resourcePolicy(random, note, { scope: TOKEN, scopePermissions })
  }
  if (random.chance(0.3)) {
    note('policy: version')
    files.version = resourcePolicy(random, note, { version: 'v2' })
  }
  if (random.chance(0.3)) files.principal = principalPolicy(random, note)
  if (files.scoped !== undefined && random.chance(0.3)) files.role = rolePolicy(random, note)
  if (random.chance(0.3)) {
    note('policy: schema')
    const properties = { n: { type: 'number', maximum: 4 } }
    files.schema = { type: 'object', properties }
    const root = files.root?.resourcePolicy as JsonObject // Made above.
    root.schemas = { resourceSchema: { ref: `cerbos:///${TOKEN}.json` } }
  }
  return files
}

function derivedRoles(random: Random, note: Note): JsonObject {
  const name = `roles${TOKEN}`
  const definitions = [
    {
      name: 'owner',
      parentRoles: ['user'],
      condition: { match: { expr: own('R.attr.owner == P.id') } },
    },
    {
      name: 'leader',
      parentRoles: ['user', 'guest'],
      condition: { match: match(random, note, 0) },
    },
  ]
  return {
    apiVersion: 'api.cerbos.dev/v1',
    derivedRoles: { name, definitions, variables: variables() },
  }
}

function resourcePolicy(random: Random, note: Note, extra: JsonObject): JsonObject {
  const rules = Array.from({ length: 2 + random.below(4) }, (_, at) => rule(random, note, at))
  return {
    apiVersion: 'api.cerbos.dev/v1',
    resourcePolicy: {
      resource: KIND,
      version: 'default',
      importDerivedRoles: [`roles${TOKEN}`],
      variables: variables(),
      rules,
      ...extra,
    },
  }
}

function variables(): JsonObject {
  return { local: { open: own('R.attr.n < 4') } }
}

function rule(random: Random, note: Note, at: number): JsonObject {
  const effect = random.chance(0.8) ? 'EFFECT_ALLOW' : 'EFFECT_DENY'
  note(`rule: ${effect}`)
  const actions = random.chance(0.25)
    ? ['*']
    : [random.pick(ACTIONS), 'view'].slice(random.below(2))
  const made: JsonObject = { actions: [...new Set(actions)], effect }
  if (random.chance(0.3)) {
    note('rule: derived role')
    made.derivedRoles = [random.pick(['owner', 'leader'])]
  } else made.roles = [random.pick(['user', 'user', 'guest', '*'])]
  if (random.chance(0.5)) made.name = `rule-${at}`
  return withParts(made, random, note)
}

function withParts(made: JsonObject, random: Random, note: Note): JsonObject {
  if (random.chance(0.6)) made.condition = { match: match(random, note, 2) }
  if (random.chance(0.35)) {
    const isLate = made.derivedRoles !== undefined && random.chance(0.01)
    const output = isLate ? LATE_OUTPUT : random.pick(OUTPUTS)
    note(output.feature)
    // Of rules for derived roles Cerbos emits some that it should not (known.ts): they are rare here.
    const isHeld = made.derivedRoles !== undefined && !isLate
    const when = isHeld ? 'ruleActivated' : random.pick(['ruleActivated', 'conditionNotMet'])
    note(`output: ${when}`)
    // Cerbos also takes two rules for one that say the same at other times, and forgets the second.
    made.output = { when: { [when]: own(`${output.expr} // ${when}`) } }
  }
  const isPlainDenial = made.effect === 'EFFECT_DENY' && !made.condition && !made.output
  if (isPlainDenial) made.condition = { match: { expr: own('true') } }
  return made
}

function match(random: Random, note: Note, depth: number): JsonObject {
  if (depth > 0 && random.chance(0.3)) {
    const kind = random.pick(['all', 'any', 'none'])
    note(`condition: ${kind}`)
    const of = Array.from({ length: 1 + random.below(3) }, () => match(random, note, depth - 1))
    return { [kind]: { of } }
  }
  const choices = depth === 0 ? EXPRESSIONS.slice(0, 6) : EXPRESSIONS
  const { feature, expr } = random.pick(choices)
  note(feature)
  return { expr: own(expr) }
}

function principalPolicy(random: Random, note: Note): JsonObject {
  note('policy: principal')
  const entry = {
    action: random.pick(ACTIONS),
    effect: random.pick(['EFFECT_ALLOW', 'EFFECT_DENY']),
  }
  const actions: Json = [withParts(entry, random, note)]
  const rules = [{ resource: KIND, actions }]
  const policy = { principal: `p1${TOKEN}`, version: 'default', variables: variables(), rules }
  return { apiVersion: 'api.cerbos.dev/v1', principalPolicy: policy }
}

function rolePolicy(random: Random, note: Note): JsonObject {
  note('policy: role')
  const allowActions = [...new Set<string>([random.pick(ACTIONS), 'view'])]
  const entry: JsonObject = { resource: KIND, allowActions }
  if (random.chance(0.5)) entry.condition = { match: match(random, note, 1) }
  const policy = {
    role: 'user',
    version: 'default',
    scope: TOKEN,
    variables: variables(),
    rules: [entry],
  }
  return { apiVersion: 'api.cerbos.dev/v1', rolePolicy: policy }
}
