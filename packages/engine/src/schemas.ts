import type { LinkedSchema, LinkedSchemas, Matches } from '@lockstitch/policy'

import type { Compat } from './compat.ts'
import { EngineError } from './errors.ts'
import type { Attributes, CheckInput, ValidationError, ValidationErrorSource } from './request.ts'
import type { CompilePattern } from './rows.ts'

const ENFORCEMENTS = ['none', 'warn', 'reject'] as const

/** What is done about attributes that are not what a schema says. */
export type SchemaEnforcement = (typeof ENFORCEMENTS)[number]

/** Throws for a misspelt enforcement, which must not let anything pass. */
export function requireEnforcement(enforcement: SchemaEnforcement): SchemaEnforcement {
  if (ENFORCEMENTS.includes(enforcement)) return enforcement
  const message = '`schemaEnforcement` must be `none`, `warn` or `reject`'
  throw new EngineError('invalid-option', message)
}

/** The schemas of a resource policy. */
export interface NodeSchemas {
  readonly principal: NodeSchema | undefined
  readonly resource: NodeSchema | undefined
}

interface NodeSchema {
  readonly schema: LinkedSchema
  /** Whether a request for an action need not be validated. */
  readonly ignores: Matches
}

/** Makes the schemas of a policy ready for requests; nothing is compiled before it is needed. */
export function nodeSchemas(schemas: LinkedSchemas, glob: CompilePattern): NodeSchemas {
  const ready = (schema: LinkedSchema | undefined): NodeSchema | undefined => {
    if (!schema) return undefined
    const ignored = schema.ignoredActions.map((text) => glob(text))
    return { schema, ignores: (action) => ignored.some(({ matches }) => matches(action)) }
  }
  return { principal: ready(schemas.principal), resource: ready(schemas.resource) }
}

/** The part of a step that schemas are found by. */
interface SchemaStep {
  readonly resource?: { readonly schemas: NodeSchemas | undefined } | undefined
}

/**
 * Validates the attributes of an input by the schemas of the outermost policy for its resource: a
 * policy of a scope cannot loosen what the root says. Cerbos does not look for it where the scope
 * itself has policies for other resources only.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/schemas
 */
export function findValidationErrors(
  steps: readonly SchemaStep[],
  input: CheckInput,
  compat: Compat,
): readonly ValidationError[] {
  if (compat === 'cerbos' && !steps[0]?.resource) return NO_ERRORS
  const schemas = steps.findLast((step) => step.resource)?.resource?.schemas
  if (!schemas) return NO_ERRORS
  const { principal, resource, actions } = input
  return [
    ...validate('principal', schemas.principal, principal.attr, actions),
    ...validate('resource', schemas.resource, resource.attr, actions),
  ]
}

// Many answers share it.
export const NO_ERRORS: readonly ValidationError[] = Object.freeze([])

function validate(
  what: keyof typeof SOURCES,
  node: NodeSchema | undefined,
  attributes: Attributes = {},
  actions: readonly string[],
): readonly ValidationError[] {
  if (!node || actions.every(node.ignores)) return NO_ERRORS
  const source = SOURCES[what]
  const loaded = node.schema.load()
  if (!loaded.ok) {
    const { reference } = node.schema
    const message = `Failed to load ${what} schema ${JSON.stringify(reference)}: ${loaded.problem}`
    return [{ path: '', message, source }]
  }
  return loaded
    .validate(attributes)
    .map(({ path, message }) => ({ path: path === '' ? '/' : path, message, source }))
}

const SOURCES = {
  principal: 'SOURCE_PRINCIPAL',
  resource: 'SOURCE_RESOURCE',
} as const satisfies Record<string, ValidationErrorSource>
