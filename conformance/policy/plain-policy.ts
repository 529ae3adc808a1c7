import type {
  Condition,
  Definitions,
  Match,
  Output,
  PolicyDocument,
  RuleBase,
  SchemaReference,
  Schemas,
} from '../../packages/policy/src/document.ts'
import type { Plain } from '../compare.ts'

/** A policy document as protobuf JSON, in which a field without content is left out. */
export function plainPolicy(document: PolicyDocument): Plain {
  const { apiVersion, disabled, description, metadata, topVariables } = document
  return pruned({
    apiVersion: textOf(apiVersion),
    disabled: disabled?.value,
    description: textOf(description),
    metadata: metadata && {
      sourceFile: textOf(metadata.sourceFile),
      annotations: textsByName(metadata.annotations),
    },
    variables: textsByName(topVariables),
    [document.kind]: body(document),
  })
}

function body(document: PolicyDocument): Plain {
  switch (document.kind) {
    case 'resourcePolicy':
      return {
        resource: textOf(document.resource),
        ...scoped(document),
        importDerivedRoles: texts(document.importDerivedRoles),
        schemas: document.schemas && schemas(document.schemas),
        rules: document.rules.items.map(({ actions, effect, roles, derivedRoles, ...rule }) => ({
          actions: texts(actions),
          effect: effect?.value,
          roles: texts(roles),
          derivedRoles: texts(derivedRoles),
          ...ruleBase(rule),
        })),
      }
    case 'principalPolicy':
      return {
        principal: textOf(document.principal),
        ...scoped(document),
        rules: document.rules.items.map(({ resource, actions }) => ({
          resource: textOf(resource),
          actions: actions.items.map(({ action, effect, ...rule }) => ({
            action: textOf(action),
            effect: effect?.value,
            ...ruleBase(rule),
          })),
        })),
      }
    case 'rolePolicy':
      return {
        role: textOf(document.role),
        parentRoles: texts(document.parentRoles),
        ...scoped(document),
        rules: document.rules.items.map(({ resource, allowActions, ...rule }) => ({
          resource: textOf(resource),
          allowActions: texts(allowActions),
          ...ruleBase(rule),
        })),
      }
    case 'derivedRoles':
      return {
        name: textOf(document.name),
        ...definitionsOf(document),
        definitions: document.definitions.items.map(({ name, parentRoles, condition: given }) => ({
          name: textOf(name),
          parentRoles: texts(parentRoles),
          condition: given && condition(given),
        })),
      }
    case 'exportVariables':
      return { name: textOf(document.name), definitions: textsByName(document.definitions) }
    case 'exportConstants':
      return { name: textOf(document.name), definitions: valuesByName(document.definitions) }
  }
}

interface Text {
  readonly value: string
}

interface WithDefinitions {
  readonly variables: Definitions<{ readonly name: string; readonly value: Text }>
  readonly constants: Definitions<{ readonly name: string; readonly value: { value: unknown } }>
}

interface Scoped extends WithDefinitions {
  readonly version: Text | undefined
  readonly scope: Text | undefined
  readonly scopePermissions: { readonly value: string } | undefined
}

function scoped(document: Scoped): Record<string, Plain> {
  return {
    version: textOf(document.version),
    scope: textOf(document.scope),
    scopePermissions: document.scopePermissions?.value,
    ...definitionsOf(document),
  }
}

function definitionsOf({ variables, constants }: WithDefinitions): Record<string, Plain> {
  return {
    variables: { import: texts(variables.imports), local: textsByName(variables.local) },
    constants: { import: texts(constants.imports), local: valuesByName(constants.local) },
  }
}

function ruleBase({
  name,
  condition: given,
  output,
}: Omit<RuleBase, 'place'>): Record<string, Plain> {
  return {
    name: textOf(name),
    condition: given && condition(given),
    output: output && plainOutput(output),
  }
}

function condition({ match: given }: Condition): Plain {
  return { match: given && match(given) }
}

function match(given: Match): Plain {
  if (given.kind === 'empty') return {}
  if (given.kind === 'expr') return { expr: given.expr.value }
  return { [given.kind]: { of: given.of.items.map(match) } }
}

function plainOutput({ expr, ruleActivated, conditionNotMet }: Output): Plain {
  return {
    expr: textOf(expr),
    when: { ruleActivated: textOf(ruleActivated), conditionNotMet: textOf(conditionNotMet) },
  }
}

function schemas({ principalSchema, resourceSchema }: Schemas): Plain {
  return {
    principalSchema: principalSchema && schema(principalSchema),
    resourceSchema: resourceSchema && schema(resourceSchema),
  }
}

function schema({ ref, ignoreWhen }: SchemaReference): Plain {
  return { ref: textOf(ref), ignoreWhen: ignoreWhen && { actions: texts(ignoreWhen.actions) } }
}

function textOf(text: Text | undefined): string | undefined {
  return text?.value
}

function texts({ items }: { readonly items: readonly Text[] }): readonly string[] {
  return items.map(({ value }) => value)
}

type Named<Value> = readonly { readonly name: string; readonly value: Value }[]

function textsByName(entries: Named<Text>): Plain {
  return Object.fromEntries(entries.map(({ name, value }) => [name, value.value]))
}

function valuesByName(entries: Named<{ readonly value: unknown }>): Plain {
  const values = entries.map(({ name, value }) => [name, new Kept(value.value)] as const)
  // Pruning takes them out again.
  return Object.fromEntries(values) as unknown as Plain
}

/** A value that is not pruned: constants are JSON, where what is empty means something. */
class Kept {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

function pruned(value: Plain): Plain {
  const left = prune(value)
  return left === undefined ? {} : left
}

function prune(value: unknown): Plain {
  if (value instanceof Kept) return value.value as Plain
  // The entries of a list keep their places.
  if (Array.isArray(value))
    return value.length === 0
      ? undefined
      : value.map((each) => prune(each) ?? (typeof each === 'string' ? each : {}))
  if (typeof value === 'object' && value !== null) {
    const kept = Object.entries(value).flatMap(([name, inner]) => {
      const left = prune(inner)
      return left === undefined ? [] : [[name, left] as const]
    })
    return kept.length === 0 ? undefined : Object.fromEntries(kept)
  }
  return value === '' || value === false ? undefined : (value as Plain)
}
