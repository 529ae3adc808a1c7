import type { CallExpr, Expr, IdentExpr, SelectExpr, Span } from '../ast.ts'
import { CelError } from '../errors.ts'
import { isIndex, listElement, mapElement, noSuchKey } from '../functions/collections.ts'
import { NO_SUCH_OVERLOAD } from '../functions/overload.ts'
import { isMap, type MapValue } from '../maps.ts'
import { BOOL, type CelType, DYN, INT, type MessageType, optionalType, TYPE } from '../types.ts'
import { IndexableOpaque, TypeValue, type Value } from '../values.ts'
import { NULL_VALUE } from '../well-known.ts'
import { boxed, type Code, constantCode, type Run } from './code.ts'
import { type CompileContext, findLocal } from './context.ts'
import {
  goesOn,
  hasField,
  indexOptional,
  isPlainName,
  isRecord,
  type PlainField,
  plainField,
  readPlain,
  type Step,
  selectField,
} from './fields.ts'
import { folded } from './literals.ts'
import { hasMessageField, isMessage, messageField } from './messages.ts'
import { readVariable } from './named-reads.ts'
import { ask, type Operand, operandOf } from './operand.ts'
import { isWay, onwardOf } from './way.ts'

/** `name` */
export function compileIdent(expr: IdentExpr, context: CompileContext): Code {
  const local = findLocal(context, expr.name)
  if (local !== undefined) {
    const { cell, type } = local
    return { type, run: () => cell.value, cell }
  }
  // A leading dot leaves the comprehensions: no variable of theirs is called so.
  const name = expr.name.replace(/^\./, '')
  const type = context.variables.get(name)
  if (type !== undefined) return variableCode(name, type, expr.span)
  if (name === NULL_VALUE) return constantCode(INT, 0)
  const named = context.types.get(name)
  if (named === undefined) {
    return context.problem('undeclared-reference', `undeclared reference to '${name}'`, expr.span)
  }
  return constantCode(TYPE, hasTypeValue(named) ? new TypeValue(name) : undefinedType(name))
}

/** Whether `type()` gives any value this type: what a message stands for mostly has another. */
function hasTypeValue(type: CelType): boolean {
  const value = type.kind === 'message' ? type.value : undefined
  return value === undefined || value.kind === 'timestamp' || value.kind === 'duration'
}

function undefinedType(name: string): CelError {
  return new CelError('unbound-variable', `reference to undefined type: ${name}`)
}

function variableCode(name: string, type: CelType, span: Span): Code {
  const unbound = new CelError('unbound-variable', `no value for the variable ${name}`, { span })
  const read = readVariable(name)
  const isInt = type.kind === 'int'
  const run: Run = (activation) => {
    const value = read(activation)
    if (value === undefined) return unbound
    // A declared int may be given as a JS number.
    if (isInt && typeof value === 'number' && !Number.isSafeInteger(value)) return NO_SUCH_OVERLOAD
    return value
  }
  return isInt ? { type, run } : { type, run, slot: { path: name, read } }
}

/** `operand.field` and `has(operand.field)` */
export function compileSelect(expr: SelectExpr, context: CompileContext): Code {
  const operand = context.compile(expr.operand)
  const { type } = operand
  if (type.kind === 'message') return compileMessageField(expr, type, operand, context)
  if (type.kind === 'openStruct') return compileOpenField(expr, operand)
  if (expr.testOnly) return { type: BOOL, run: presence(expr, operand) }
  return selectCode(expr, expr.operand, operand, expr.field)
}

function compileMessageField(
  expr: SelectExpr,
  type: MessageType,
  operand: Code,
  context: CompileContext,
): Code {
  const field = type.fields.get(expr.field)
  if (field === undefined) {
    return context.problem('undefined-field', `undefined field '${expr.field}'`, expr.span)
  }
  if (expr.testOnly) return { type: BOOL, run: hasMessageField(operand.run, field) }
  return messageField(operand, field)
}

function compileOpenField(expr: SelectExpr, operand: Code): Code {
  const { run } = operand
  const { field } = expr
  if (expr.testOnly) {
    return {
      type: BOOL,
      run: (activation) => {
        const record = run(activation)
        if (record instanceof CelError) return record
        const value = ownField(record, field)
        return value !== undefined && !(value instanceof CelError)
      },
    }
  }
  const unset = new CelError('undefined-field', `undefined field '${field}'`, { span: expr.span })
  return {
    type: DYN,
    run: (activation) => {
      const record = run(activation)
      if (record instanceof CelError) return record
      const value = ownField(record, field)
      return value === undefined ? unset : value
    },
  }
}

function ownField(record: Value, field: string): Value | CelError | undefined {
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, field))
    return undefined
  return (record as Readonly<Record<string, Value | undefined>>)[field]
}

/** A selection from a map, or from whatever an attribute turns out to be. */
function selectCode(expr: Expr, operandExpr: Expr, operand: Code, field: string): Code {
  const isInside = isWay(operandExpr, operand)
  const missing = new CelError('no-such-key', `no such key: ${field}`, { span: expr.span })
  const before = onwardOf(operand, isInside)
  const plain = isPlainName(field) ? plainField(field, pathOf(operand)) : undefined
  const container = operandOf(operand, before)
  const way = wayCode(elementType(operand.type), isInside, (step) =>
    plain === undefined
      ? (activation) => selectField(before(activation), field, missing, step)
      : plainSelection(container, plain, missing, step),
  )
  const { slot, cell } = operand
  if (plain === undefined) return way
  if (slot === undefined && cell === undefined) return folded(way, [operand])
  return { ...way, field: { slot, cell, plain, missing } }
}

/** A step of a way. */
function wayCode(type: CelType, isInside: boolean, runOf: (step: Step) => Run): Code {
  const run = (isFollowed: boolean): Run => runOf({ isInside, isFollowed })
  return { type, run: run(false), onward: () => run(true) }
}

/** What tells objects of one sort from others: `R.attr`, `R.attr.acl`. */
function pathOf({ slot, field }: Code): string {
  if (slot !== undefined) return slot.path
  return field === undefined ? '' : `${field.slot?.path ?? ''}.${field.plain.name}`
}

function plainSelection(
  operand: Operand,
  { name, read }: PlainField,
  missing: CelError,
  step: Step,
): Run {
  return (activation) => {
    const object = ask(operand, activation)
    if (typeof object === 'object' && object !== null) {
      const value = readPlain(object, name, read)
      if (value !== undefined) return value
      if (isRecord(object)) return missing
    }
    return selectField(object, name, missing, step)
  }
}

function presence({ operand: operandExpr, field: name }: SelectExpr, code: Code): Run {
  const step: Step = { isInside: isWay(operandExpr, code), isFollowed: false }
  const run = onwardOf(code, step.isInside)
  if (!isPlainName(name)) return (activation) => hasField(run(activation), name, step)
  const { read } = plainField(name, pathOf(code))
  const operand = operandOf(code, run)
  return (activation) => {
    const object = ask(operand, activation)
    if (typeof object === 'object' && object !== null) {
      if (readPlain(object, name, read) !== undefined) return true
      if (isRecord(object)) return false
    }
    return hasField(object, name, step)
  }
}

/** `container[key]` */
export function compileIndex(expr: CallExpr, context: CompileContext): Code {
  const [containerExpr, keyExpr] = expr.args as readonly [Expr, Expr]
  const container = context.compile(containerExpr)
  const { type } = container
  if (isMessage(type)) return context.problem('type-mismatch', NO_SUCH_OVERLOAD.message, expr.span)
  const key = context.compile(keyExpr)
  if (typeof key.constant === 'string' && type.kind !== 'list') {
    return selectCode(expr, containerExpr, container, key.constant)
  }
  const isInside = isWay(containerExpr, container)
  const containerOperand = operandOf(container, onwardOf(container, isInside))
  const keyOperand = operandOf(key)
  const way = wayCode(elementType(type), isInside, (step) => (activation) => {
    const containerValue = ask(containerOperand, activation)
    if (containerValue instanceof CelError) return containerValue
    if (goesOn(containerValue, step))
      return indexOptional(containerValue, () => ask(keyOperand, activation), step)
    const keyValue = ask(keyOperand, activation)
    return keyValue instanceof CelError ? keyValue : indexValue(containerValue, keyValue)
  })
  return folded(way, [container, key])
}

function elementType(type: CelType): CelType {
  if (type.kind === 'list') return type.element
  return type.kind === 'map' ? type.value : DYN
}

function indexValue(container: Value, key: Value): Value | CelError {
  if (typeof key === 'string' && typeof container === 'object' && container !== null) {
    if (isRecord(container)) return mapElement(container as MapValue, key)
  }
  if (Array.isArray(container)) return listElement(container, key)
  if (container instanceof IndexableOpaque) return container.at(key)
  if (isMap(container)) return mapElement(container, key)
  // As in cel-go, nothing is found in what has no elements at all.
  return isIndex(key) ? noSuchKey(key) : NO_SUCH_OVERLOAD
}

/** `container[?key]` and `container.?key` */
export function compileOptionalIndex(expr: CallExpr, context: CompileContext): Code {
  const [containerExpr, keyExpr] = expr.args as readonly [Expr, Expr]
  const container = context.compile(containerExpr)
  const key = boxed(context.compile(keyExpr))
  const isInside = isWay(containerExpr, container)
  const before = onwardOf(container, isInside)
  return wayCode(optionalType(DYN), isInside, (step) => (activation) => {
    const value = before(activation)
    return value instanceof CelError ? value : indexOptional(value, () => key(activation), step)
  })
}
