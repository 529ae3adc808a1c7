import type { ComprehensionExpr, Expr } from '../ast.ts'
import type { Activation } from '../env.ts'
import { CelError } from '../errors.ts'
import { isMap, mapKeys, valueAt } from '../maps.ts'
import { BOOL, type CelType, DYN, INT, listType } from '../types.ts'
import { kindOf, type Value } from '../values.ts'
import { work } from '../work.ts'
import { boxed, type Code, type Run } from './code.ts'
import type { Cell, CompileContext } from './context.ts'
import { recognizeFold } from './fold-shapes.ts'
import { asError } from './logic.ts'
import { answer, type Predicate, predicateOf } from './predicate.ts'

const TOO_MUCH_WORK: CelError = new CelError(
  'limit-exceeded',
  'the expression takes too many comprehension steps',
)

/** A fold. The shapes that the macros make are run as what they are: a search, a map, a filter. */
export function compileComprehension(expr: ComprehensionExpr, context: CompileContext): Code {
  const shape = recognizeFold(expr)
  if (shape.kind === 'binding') return compileBinding(expr, context)
  const range = context.compile(expr.iterRange)
  const steps = stepsOf(expr, range, context)
  const { inside } = steps
  const part = (each: Expr): Run => boxed(inside.compile(each))
  switch (shape.kind) {
    case 'all':
    case 'exists': {
      const search = {
        predicate: predicateOf(inside.compile(shape.condition)),
        decisive: shape.kind === 'exists',
      }
      return { type: BOOL, run: searchRun(steps, search) }
    }
    case 'existsOne':
      return { type: BOOL, run: searchOne(steps, part(shape.condition)) }
    case 'list': {
      const condition = shape.condition && part(shape.condition)
      const term = inside.compile(shape.term)
      return { type: listType(term.type), run: collect(steps, boxed(term), condition) }
    }
    case 'fold':
      return compileFold(expr, steps)
  }
}

/** `cel.bind(name, value, body)`: a fold over nothing, for the sake of its variable. */
function compileBinding(expr: ComprehensionExpr, context: CompileContext): Code {
  const init = context.compile(expr.accuInit)
  const cell: Cell = { value: null }
  const inside = context.withLocal({ name: expr.accuVar, type: init.type, cell })
  const body = inside.compile(expr.result)
  return {
    type: body.type,
    run: (activation) => {
      const outer = cell.value
      cell.value = init.run(activation)
      const value = body.run(activation)
      cell.value = outer
      return value
    },
  }
}

/** The range of a comprehension, and its variables. */
interface Steps {
  readonly range: Run
  readonly key: Cell
  readonly value: Cell | undefined
  /** Whether the index of a list is known to be an int; else it is boxed to tell it from a double. */
  readonly indexIsInt: boolean
  readonly inside: CompileContext
}

function stepsOf(expr: ComprehensionExpr, range: Code, context: CompileContext): Steps {
  const key: Cell = { value: null }
  const [keyType, valueType] = variableTypes(range.type, expr.iterVar2 !== undefined)
  let inside = context.withLocal({ name: expr.iterVar, type: keyType, cell: key })
  let value: Cell | undefined
  if (expr.iterVar2 !== undefined) {
    value = { value: null }
    inside = inside.withLocal({ name: expr.iterVar2, type: valueType, cell: value })
  }
  const indexIsInt = keyType.kind === 'int'
  return { range: boxed(range), key, value, indexIsInt, inside }
}

function variableTypes(range: CelType, two: boolean): readonly [CelType, CelType] {
  if (range.kind === 'list') return two ? [INT, range.element] : [range.element, DYN]
  return range.kind === 'map' ? [range.key, range.value] : [DYN, DYN]
}

/**
 * Runs `step` for each element until it answers false, and tells whether one did. The cells get their old values back in the
 * end, so that a program may be evaluated again while it is being evaluated.
 */
function forEach(steps: Steps, range: Value | CelError, step: () => boolean): CelError | boolean {
  if (range instanceof CelError) return range
  const isList = Array.isArray(range)
  if (!isList && !isMap(range)) return notIterable(range)
  const { key, value, indexIsInt } = steps
  const outerKey = key.value
  const outerValue = value?.value
  let outcome: CelError | boolean = false
  const items: readonly Value[] = isList ? range : mapKeys(range)
  for (let i = 0; i < items.length; i += 1) {
    work.left -= 1
    if (work.left < 0) {
      outcome = TOO_MUCH_WORK
      break
    }
    const item = items[i] as Value
    if (value === undefined) key.value = item
    else if (isList) {
      key.value = indexIsInt ? i : BigInt(i)
      value.value = item
    } else {
      key.value = item
      value.value = valueAt(range, item)
    }
    if (!step()) {
      outcome = true
      break
    }
  }
  key.value = outerKey
  if (value !== undefined) value.value = outerValue ?? null
  return outcome
}

/** The error of going through what has no elements. */
export function notIterable(value: Value): CelError {
  const kind = kindOf(value) ?? 'unknown'
  return new CelError('no-such-overload', `got '${kind}', expected iterable type`)
}

/** `all` and `exists`: an error is outweighed by an element that decides. */
function searchRun(steps: Steps, search: Search): Run {
  const { predicate, decisive } = search
  const { range, key, value: second } = steps
  return (activation) => {
    const list = range(activation)
    if (second !== undefined || !Array.isArray(list) || list.length > work.left) {
      return searchAnything(steps, search, list, activation)
    }
    const outer = key.value
    const outcome = (decisive ? anyElement : everyElement)(list, steps, predicate, activation)
    key.value = outer
    return outcome
  }
}

// The same as below for lists, without a function for each evaluation: all of the work is counted
// first and what was not done is given back. Two functions for what differs in a word: comparing
// with `true` is one instruction, comparing with a variable that holds it is a call.

function everyElement(
  list: readonly Value[],
  { key }: Steps,
  predicate: Predicate,
  activation: Activation,
): boolean | CelError {
  let error: CelError | undefined
  work.left -= list.length
  for (let i = 0; i < list.length; i += 1) {
    key.value = list[i] as Value
    const value = answer(predicate, activation)
    if (value === false) {
      work.left += list.length - i - 1
      return false
    }
    if (value !== true) error ??= asError(value)
  }
  return error ?? true
}

function anyElement(
  list: readonly Value[],
  { key }: Steps,
  predicate: Predicate,
  activation: Activation,
): boolean | CelError {
  let error: CelError | undefined
  work.left -= list.length
  for (let i = 0; i < list.length; i += 1) {
    key.value = list[i] as Value
    const value = answer(predicate, activation)
    if (value === true) {
      work.left += list.length - i - 1
      return true
    }
    if (value !== false) error ??= asError(value)
  }
  return error ?? false
}

function searchAnything(
  steps: Steps,
  { predicate, decisive }: Search,
  range: Value | CelError,
  activation: Activation,
): boolean | CelError {
  let error: CelError | undefined
  const stopped = forEach(steps, range, () => {
    const value = answer(predicate, activation)
    if (value === decisive) return false
    if (value !== !decisive) error ??= asError(value)
    return true
  })
  if (stopped instanceof CelError) return stopped
  return stopped ? decisive : (error ?? !decisive)
}

interface Search {
  readonly predicate: Predicate
  /** The value of an element that decides. */
  readonly decisive: boolean
}

/** `exists_one`: an error anywhere is an error. */
function searchOne(steps: Steps, condition: Run): Run {
  return (activation) => {
    let count = 0
    let error: CelError | undefined
    const stopped = forEach(steps, steps.range(activation), () => {
      const value = condition(activation)
      if (value === true) count += 1
      else if (value !== false) error = asError(value)
      return true
    })
    return stopped instanceof CelError ? stopped : (error ?? count === 1)
  }
}

/** `map` and `filter`. */
function collect(steps: Steps, term: Run, condition: Run | undefined): Run {
  return (activation) => {
    const list: Value[] = []
    let error: CelError | undefined
    const stopped = forEach(steps, steps.range(activation), () => {
      const kept = condition === undefined ? true : condition(activation)
      if (kept === false) return true
      const value = kept === true ? term(activation) : asError(kept)
      if (value instanceof CelError) {
        error = value
        return false
      }
      list.push(value)
      return true
    })
    return stopped instanceof CelError ? stopped : (error ?? list)
  }
}

/** Any other fold, step by step as it is written. */
function compileFold(expr: ComprehensionExpr, steps: Steps): Code {
  const accu: Cell = { value: null }
  const { inside } = steps
  const init = boxed(inside.compile(expr.accuInit))
  const withAccu = inside.withLocal({ name: expr.accuVar, type: DYN, cell: accu })
  const condition = boxed(withAccu.compile(expr.loopCondition))
  const step = boxed(withAccu.compile(expr.loopStep))
  const result = withAccu.compile(expr.result)
  return {
    type: result.type,
    run: (activation) => {
      const outer = accu.value
      accu.value = init(activation)
      const stopped = forEach(steps, steps.range(activation), () => {
        const goOn = condition(activation)
        if (goOn === true) accu.value = step(activation)
        else if (goOn !== false) accu.value = asError(goOn)
        return goOn === true
      })
      const value = stopped instanceof CelError ? stopped : result.run(activation)
      accu.value = outer
      return value
    },
  }
}
