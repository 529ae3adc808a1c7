import { createEnv, type Expr, type Program } from '@lockstitch/cel'
import { inlineVariables } from '@lockstitch/cel/inline'
import { foldSearches, hasPart } from '@lockstitch/cel/partial'
import type { VariableSet } from '@lockstitch/policy'

import { readsRoot } from '../reads.ts'
import { NotPlannable } from './not-plannable.ts'
import { isRepeatable } from './repeatable.ts'

/** A condition with the definitions of its variables in their place. */
export interface ExactProgram {
  readonly program: Program
  readonly readsDerivedRoles: boolean
  /** Whether it reads a variable that does so. */
  readonly hasRuntimeVariables: boolean
  /** Whether it reads any variable. */
  readonly readsVariables: boolean
  /** Whether it is the same for the same input. */
  readonly isRepeatable: boolean
}

const known = new WeakMap<VariableSet, WeakMap<Program, ExactProgram>>()

/** Writes out the variables of a condition. */
export function exactProgram(program: Program, set: VariableSet): ExactProgram {
  const programs = known.get(set) ?? new WeakMap<Program, ExactProgram>()
  known.set(set, programs)
  const made = programs.get(program) ?? inlined(program, set)
  programs.set(program, made)
  return made
}

function inlined(program: Program, set: VariableSet): ExactProgram {
  const definitions = new Map(set.variables.map((each) => [each.name, each.program]))
  const variables = set.variables.map((each) => each.program)
  const readsVariables = readsRoot(program, ['V', 'variables'])
  const hasRuntimeVariables =
    readsVariables && variables.some((each) => readsRoot(each, ['runtime']))
  const facts = {
    readsVariables,
    hasRuntimeVariables,
    readsDerivedRoles: hasRuntimeVariables || readsRoot(program, ['runtime']),
  }
  const searched = foldSearches(program.expr, program.env)
  if (!readsVariables) {
    return {
      program: searched === program.expr ? program : compiled(searched, program),
      isRepeatable: isRepeatable(searched, program),
      ...facts,
    }
  }
  const expr = inlineVariables(searched, ([root, name, ...rest]) => {
    const isVariable = (root === 'V' || root === 'variables') && rest.length === 0
    const definition = isVariable && name !== undefined ? definitions.get(name) : undefined
    if (definition && mayChange(definition)) {
      throw new NotPlannable(`\`V.${name}\`, which may be an optional or a type`)
    }
    return definition && foldSearches(definition.expr, definition.env)
  })
  if (hasPart(expr, isVariables)) throw new NotPlannable('variables as a whole, or has() of one')
  return { program: compiled(expr, program), isRepeatable: isRepeatable(expr, program), ...facts }
}

/** Whether a variable may have another value than its expression, see `asVariable`. */
function mayChange({ expr, resultType }: Program): boolean {
  if (resultType.kind === 'opaque') return resultType.name === 'optional_type'
  if (resultType.kind === 'type') return true
  return resultType.kind === 'dyn' && hasPart(expr, makesOptionalOrType)
}

function makesOptionalOrType(part: Expr): boolean {
  if (part.kind === 'ident') return TYPE_NAMES.has(part.name)
  return part.kind === 'call' && MAKES_OPTIONAL_OR_TYPE.test(part.function)
}

const MAKES_OPTIONAL_OR_TYPE = /^(_\?\._|_\[\?_\]|optional\..*|first|last|type)$/
const TYPE_NAMES: ReadonlySet<string> = new Set(
  'bool bytes double int list map null_type optional_type string type uint'.split(' '),
)

function isVariables(part: Expr): boolean {
  return part.kind === 'ident' && (part.name === 'V' || part.name === 'variables')
}

/** The checker may refuse what it took while a variable stood there; then types are not checked. */
function compiled(expr: Expr, { env, source, failure }: Program): Program {
  // What searches are decided was found before: variables are no constants.
  const checked = env.compileExpr(expr, source, true)
  const hasFailed = checked.ok && checked.program.failure !== undefined && failure === undefined
  if (checked.ok && !hasFailed) return checked.program
  const unchecked = createEnv({ ...env.options, check: false }).compileExpr(expr, source, true)
  if (unchecked.ok) return unchecked.program
  throw new NotPlannable('a condition whose variables cannot be written out')
}
