import type { Program } from '@lockstitch/cel'

import type {
  LinkedCondition,
  LinkedDerivedRole,
  LinkedOutput,
  LinkedPolicy,
  LinkedPolicySet,
  SourceLocation,
  VariableSet,
} from './linked.ts'

/** The attributes that policies read, with the places of the expressions that read them. */
export type AttributesRead = ReadonlyMap<string, readonly SourceLocation[]>

/** The attributes of the principal that some expression of a policy set reads by name. */
export function principalAttributesRead(policySet: LinkedPolicySet): AttributesRead {
  return attributesRead(policySet.policies, 'principal')
}

/** The attributes of the resource that the policies of a set read by name, for all kinds together. */
export function resourceAttributesRead(policySet: LinkedPolicySet): AttributesRead {
  return attributesRead(policySet.policies, 'resource')
}

function attributesRead(
  policies: readonly LinkedPolicy[],
  owner: AttributeName['owner'],
): AttributesRead {
  const read = new Map<string, SourceLocation[]>()
  const seen = new Set<string>()
  for (const { program, location } of policies.flatMap(expressionsOf)) {
    for (const attribute of attributesIn(program)) {
      if (attribute.owner !== owner) continue
      const { name } = attribute
      const key = `${name} ${location.file}:${location.line}:${location.column}`
      if (seen.has(key)) continue
      seen.add(key)
      read.set(name, [...(read.get(name) ?? []), location])
    }
  }
  return read
}

/** An attribute by its name, and whose it is. */
export interface AttributeName {
  readonly owner: 'principal' | 'resource'
  readonly name: string
}

/** The attributes that an expression reads by name: `R.attr.x`, `request.resource.attr["x"]`. */
export function attributesIn({ references }: Program): AttributeName[] {
  return references.flatMap((path) => {
    const [root = '', ...rest] = path[0] === 'request' ? path.slice(1) : path
    const owner = (path[0] === 'request' ? LONG_OWNERS : OWNERS).get(root)
    const [field, name] = rest
    return owner && field === 'attr' && name !== undefined ? [{ owner, name }] : []
  })
}

const OWNERS: ReadonlyMap<string, AttributeName['owner']> = new Map([
  ['P', 'principal'],
  ['R', 'resource'],
])
const LONG_OWNERS: ReadonlyMap<string, AttributeName['owner']> = new Map([
  ['principal', 'principal'],
  ['resource', 'resource'],
])

interface PlacedProgram {
  readonly program: Program
  readonly location: SourceLocation
}

/** Every expression that deciding by a policy may evaluate. */
export function expressionsOf(policy: LinkedPolicy): PlacedProgram[] {
  const roles = policy.kind === 'resource' ? [...policy.derivedRoles.values()] : []
  return [
    ...variablesOf(policy.variables),
    ...roles.flatMap(expressionsOfRole),
    ...policy.rules.flatMap(expressionsOfRule),
  ]
}

interface RuleParts {
  readonly condition?: LinkedCondition | undefined
  readonly output?: LinkedOutput | undefined
  readonly location: SourceLocation
}

/** Those of a rule. */
export function expressionsOfRule({ condition, output, location }: RuleParts): PlacedProgram[] {
  return [...inCondition(condition), ...inOutput(output, location)]
}

/** Those that it takes to know whether a derived role is held. */
export function expressionsOfRole({ variables, condition }: LinkedDerivedRole): PlacedProgram[] {
  return [...variablesOf(variables), ...inCondition(condition)]
}

function variablesOf({ variables }: VariableSet): readonly PlacedProgram[] {
  return variables
}

function inCondition(condition: LinkedCondition | undefined): PlacedProgram[] {
  if (condition === undefined) return []
  return condition.kind === 'expr' ? [condition] : condition.of.flatMap(inCondition)
}

function inOutput(output: LinkedOutput | undefined, location: SourceLocation): PlacedProgram[] {
  return [output?.ruleActivated, output?.conditionNotMet].flatMap((program) =>
    program === undefined ? [] : [{ program, location }],
  )
}
