import type { Activation } from '../env.ts'
import { CelError } from '../errors.ts'
import type { Value } from '../values.ts'
import { boxed, type Code, type Run } from './code.ts'
import type { Cell } from './context.ts'
import type { FieldRead } from './field-reads.ts'
import { isRecord, readPlain } from './fields.ts'
import type { Read } from './named-reads.ts'

// Most operands of a condition are attributes: `R.attr.owner`, `P.attr.level`, `s.user`. A function
// of its own for each costs a call that V8 cannot inline. So an operand says where it comes from,
// and `ask`, which V8 does inline, reads it in place.

const ANYWHERE = 0
const RESOURCE_ATTRIBUTE = 1
const PRINCIPAL_ATTRIBUTE = 2
const ELEMENT_FIELD = 3
const SLOT_FIELD = 4
const PRINCIPAL_ID = 5
const ELEMENT = 6
const SLOT = 7
const CONSTANT = 8

/** What an operator or a function is asked with. */
export interface Operand {
  readonly source: number
  // The plain field's parts, since each further object that is read may not be in the cache.
  readonly name: string
  readonly readField: FieldRead
  readonly missing: CelError
  readonly constant: Value | CelError
  readonly cell: Cell
  readonly read: Read
  /** The operand the general way, which is right whatever the source. */
  readonly run: Run
}

/** The operand that some code makes; its ints are boxed unless `run` says otherwise. */
export function operandOf(code: Code, run: Run = boxed(code)): Operand {
  const { slot, cell } = code.field ?? code
  return {
    source: sourceOf(code),
    name: code.field?.plain.name ?? '',
    readField: code.field?.plain.read ?? nothing,
    missing: code.field?.missing ?? NOTHING,
    constant: code.constant === undefined ? null : run({}),
    cell: cell ?? NO_CELL,
    read: slot?.read ?? nothing,
    run,
  }
}

function sourceOf({ type, constant, field, slot, cell }: Code): number {
  if (constant !== undefined) return CONSTANT
  if (field?.cell !== undefined) return ELEMENT_FIELD
  if (field?.slot?.path === 'R.attr') return RESOURCE_ATTRIBUTE
  if (field?.slot?.path === 'P.attr') return PRINCIPAL_ATTRIBUTE
  if (field?.slot !== undefined) return SLOT_FIELD
  if (slot !== undefined) return slot.path === 'P.id' ? PRINCIPAL_ID : SLOT
  return cell !== undefined && type.kind !== 'int' ? ELEMENT : ANYWHERE
}

/** Whether asking for an operand takes no more than reading. */
export function isInPlace({ source }: Operand): boolean {
  return source !== ANYWHERE
}

/** The value of an operand. */
export function ask(operand: Operand, activation: Activation): Value | CelError {
  let object: Value | CelError | undefined
  switch (operand.source) {
    case RESOURCE_ATTRIBUTE:
      object = (activation as Parties).R?.attr
      break
    case PRINCIPAL_ATTRIBUTE:
      object = (activation as Parties).P?.attr
      break
    case ELEMENT_FIELD:
      object = operand.cell.value
      break
    case SLOT_FIELD:
      object = operand.read(activation)
      break
    case PRINCIPAL_ID: {
      const id = (activation as Parties).P?.id
      return typeof id === 'string' ? id : operand.run(activation)
    }
    case SLOT:
      return operand.read(activation) ?? operand.run(activation)
    case ELEMENT:
      return operand.cell.value
    case CONSTANT:
      return operand.constant
    default:
      return operand.run(activation)
  }
  if (typeof object === 'object' && object !== null) {
    const value = readPlain(object, operand.name, operand.readField)
    if (value !== undefined) return value
    if (isRecord(object)) return operand.missing
  }
  return operand.run(activation)
}

interface Parties {
  readonly P?: Party
  readonly R?: Party
}

interface Party {
  readonly attr?: Value
  readonly id?: Value
}

const NOTHING = new CelError('no-such-key', 'no such key')
const NO_CELL: Cell = { value: null }
const nothing = (): undefined => undefined
