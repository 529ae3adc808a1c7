import { createEnv, type Expr } from '@lockstitch/cel'
import { CERBOS_FOLDING, CERBOS_FUNCTIONS } from '@lockstitch/cel/cerbos'
import { CONDITION_VARIABLES, createConditionEnv } from '@lockstitch/policy'

import { type CompiledExpression, type Compiler, honestCompiler } from './ours.ts'
import { ALTERED_FUNCTIONS } from './plants/altered-functions.ts'
import type { CelPlant } from './plants/plant.ts'
import { REWRITTEN_EXPRESSIONS } from './plants/rewritten-expressions.ts'

/** Bugs that can be put into our side. */
export const PLANTS: readonly CelPlant[] = [...ALTERED_FUNCTIONS, ...REWRITTEN_EXPRESSIONS]

/** Our side with a bug in it. */
export function compilerWith(name: string): Compiler {
  const plant = PLANTS.find((each) => each.name === name)
  if (plant === undefined) throw new TypeError(`no bug is named ${name}`)
  const { functions: planted = [], rewrite, activation: seen, unchecked } = plant
  const honest = createConditionEnv()
  const variables = CONDITION_VARIABLES
  const ids = new Set(planted.map(({ id }) => id))
  const functions = [...CERBOS_FUNCTIONS.filter(({ id }) => !ids.has(id)), ...planted]
  const altered = createEnv({ variables, functions, folding: CERBOS_FOLDING })
  // A rewritten expression calls functions that the checker would not have in those places.
  const free = createEnv({ variables, functions, check: false })
  const compile = (source: string): ReturnType<typeof honest.compile> => {
    const compiled = altered.compile(source)
    if (!compiled.ok) return unchecked ? free.compile(source) : compiled
    if (rewrite === undefined) return compiled
    const { expr } = compiled.program
    const rewritten = rewriteAll(expr, rewrite)
    return rewritten === expr ? compiled : free.compileExpr(renumbered(rewritten), source)
  }
  return {
    compile(source): CompiledExpression {
      const compiled = compile(source)
      // What the bug does not let compile is no expression that it can be found with.
      if (!compiled.ok) return honestCompiler(honest).compile(source)
      const { program } = compiled
      return {
        ok: true,
        evaluate: (activation) => program.evaluate(seen ? seen(activation) : activation),
      }
    },
  }
}

/** The same with a new id for every node: a rewritten call stands for one that is its own part now. */
function renumbered(expr: Expr): Expr {
  let id = 0
  const fresh = (part: Expr): Expr => {
    id += 1
    const own = id
    return { ...withParts(part, fresh), id: own }
  }
  return fresh(expr)
}

/** Rewrites the parts first, then the whole. What does not change stays the same object. */
function rewriteAll(expr: Expr, rewrite: (expr: Expr) => Expr): Expr {
  const each = (part: Expr): Expr => rewriteAll(part, rewrite)
  return rewrite(withParts(expr, each))
}

function withParts(expr: Expr, each: (part: Expr) => Expr): Expr {
  switch (expr.kind) {
    case 'const':
    case 'ident':
      return expr
    case 'struct': {
      const entries = mapped(expr.entries, (entry) =>
        withChanges(entry, { value: each(entry.value) }),
      )
      return withChanges(expr, { entries })
    }
    case 'select':
      return withChanges(expr, { operand: each(expr.operand) })
    case 'call': {
      const args = mapped(expr.args, each)
      if (expr.target === undefined) return withChanges(expr, { args })
      return withChanges(expr, { args, target: each(expr.target) })
    }
    case 'list':
      return withChanges(expr, { elements: mapped(expr.elements, each) })
    case 'map': {
      const entries = mapped(expr.entries, (entry) =>
        withChanges(entry, { key: each(entry.key), value: each(entry.value) }),
      )
      return withChanges(expr, { entries })
    }
    case 'comprehension':
      return withChanges(expr, {
        iterRange: each(expr.iterRange),
        accuInit: each(expr.accuInit),
        loopCondition: each(expr.loopCondition),
        loopStep: each(expr.loopStep),
        result: each(expr.result),
      })
    default:
      return expr
  }
}

function mapped<T>(items: readonly T[], each: (item: T) => T): readonly T[] {
  const next = items.map(each)
  return next.every((item, i) => item === items[i]) ? items : next
}

function withChanges<T extends object>(whole: T, parts: Partial<T>): T {
  const keys = Object.keys(parts) as (keyof T)[]
  return keys.every((key) => whole[key] === parts[key]) ? whole : { ...whole, ...parts }
}
