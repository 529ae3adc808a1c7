import type { PlanExpression, PlanOperand, PlanValue } from './operand.ts'
import { celFunction } from './operators.ts'
import { unreachable } from './unreachable.ts'

/** A condition of a plan as the text of a CEL expression. */
export function conditionText(operand: PlanOperand): string {
  switch (operand.kind) {
    case 'value':
      return valueText(operand)
    case 'variable':
      return operand.name
    case 'expression':
      return `(${expressionText(operand)})`
    default:
      return unreachable(operand)
  }
}

function valueText({ value, type }: PlanValue): string {
  if (type === 'bytes') return `base64.decode(${JSON.stringify(value)})`
  if (type === 'int') return String(value)
  if (type === 'uint') return `${value}u`
  if (typeof value === 'number') return doubleText(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) {
    return `[${value.map((each) => valueText({ kind: 'value', value: each })).join(', ')}]`
  }
  const entries = Object.entries(value).map(([key, each]) => {
    return `${JSON.stringify(key)}: ${valueText({ kind: 'value', value: each })}`
  })
  return `{${entries.join(', ')}}`
}

function doubleText(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

function expressionText({ operator, operands }: PlanExpression): string {
  const texts = operands.map(conditionText)
  const [first = '', second = '', third = ''] = texts
  const name = celFunction(operator)
  const infix = /^_([^_[]+)_$/.exec(name)?.[1]
  if (operator === 'if') return `${first} ? ${second} : ${third}`
  const special = SPECIAL.get(operator)
  if (special !== undefined) return special(first, second, operands)
  if (infix !== undefined) return texts.join(` ${infix} `)
  const lambda = operands[1]
  if (lambda?.kind === 'expression' && lambda.operator === 'lambda') {
    return macroText(operator, first, lambda)
  }
  return callText(operator, texts)
}

type Special = (first: string, second: string, operands: readonly PlanOperand[]) => string

const SPECIAL: ReadonlyMap<string, Special> = new Map<string, Special>([
  ['math.@max', (_first, _second, operands) => extremumText('greatest', operands)],
  ['math.@min', (_first, _second, operands) => extremumText('least', operands)],
  ['not', (first) => `!${first}`],
  ['-_', (first) => `-${first}`],
  ['in', (first, second) => `${first} in ${second}`],
  ['index', (first, second) => `${first}[${second}]`],
  ['_[?_]', (first, second) => `${first}[?${second}]`],
  ['_?._', (first, second) => `${first}[?${second}]`],
  ['get-field', (first, second) => `${first}.${second}`],
  ['has', (first, _, [operand]) => hasText(first, operand)],
  ['timeSince', (first) => `timeSince(${first})`],
  ['error', () => '1 / 0 == 1'],
  ['list', (_first, _second, operands) => `[${operands.map(conditionText).join(', ')}]`],
  ['struct', (_first, _second, operands) => `{${operands.map(fieldText).join(', ')}}`],
])

/** The selection within `has()` has no parentheses around it. */
function hasText(text: string, operand: PlanOperand | undefined): string {
  return `has(${operand?.kind === 'expression' ? text.slice(1, -1) : text})`
}

function fieldText(operand: PlanOperand): string {
  if (operand.kind !== 'expression') return conditionText(operand)
  return operand.operands.map(conditionText).join(': ')
}

/** The variables come last in a lambda, the bodies last in a macro. */
function macroText(name: string, range: string, { operands }: PlanExpression): string {
  const isVariable = (operand: PlanOperand): boolean =>
    operand.kind === 'variable' && !operand.name.includes('.')
  const takesTwo = name.startsWith('transform')
  let count = takesTwo ? 2 : 1
  const beforeLast = operands.at(-2)
  const hasPair = operands.length === 3 && beforeLast !== undefined && isVariable(beforeLast)
  if (!takesTwo && hasPair && name !== 'map') count = 2
  const variables = operands.slice(-count)
  const bodies = operands.slice(0, -count)
  return `${range}.${name}(${[...variables, ...bodies].map(conditionText).join(', ')})`
}

/** Functions that are written behind what they are asked of. */
const METHODS: ReadonlySet<string> = new Set(
  'contains endsWith startsWith matches charAt indexOf lastIndexOf join lowerAscii upperAscii replace split substring trim format reverse distinct slice flatten sort first last ancestorOf descendentOf immediateChildOf immediateParentOf overlaps siblingOf commonAncestors getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear getHours getMilliseconds getMinutes getMonth getSeconds hasValue value or orValue inIPAddrRange isMemberOf matchesID isIPv4 containsIP containsCIDR masked prefixLength family ip'.split(
    ' ',
  ),
)

function callText(name: string, args: readonly string[]): string {
  const [target = '', ...rest] = args
  if (METHODS.has(name) && args.length > 0) return `${target}.${name}(${rest.join(', ')})`
  return `${name}(${args.join(', ')})`
}

/** The macros refuse literals that are no numbers, which what is known of a request may well be. */
function extremumText(name: string, operands: readonly PlanOperand[]): string {
  const args = operands.map((operand) => `dyn(${conditionText(operand)})`)
  return `math.${name}(${args.join(', ')})`
}
