import { type CallExpr, children, type Expr, type ListExpr, type Span } from '../ast.ts'
import { MAX_PRECISION } from '../functions/format.ts'
import { nameOfKind } from '../functions/type-names.ts'
import type { CelType } from '../types.ts'
import { unwrapped } from './inference.ts'

/** What is wrong with a literal argument, and where. */
export interface LiteralProblem {
  readonly message: string
  readonly span: Span
}

interface Clause {
  readonly kinds: ReadonlySet<CelType['kind']>
  readonly complaint: string
}

/** What each letter of a format string takes. */
const CLAUSES: ReadonlyMap<string, Clause> = new Map([
  [
    's',
    clause(
      'bool bytes double duration int list map null string timestamp type uint',
      'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
    ),
  ],
  ['d', numbers('decimal')],
  ['f', numbers('fixed-point')],
  ['e', numbers('scientific')],
  ['b', clause('int uint bool', 'only ints, uints, and bools can be formatted as binary')],
  ['x', hex()],
  ['X', hex()],
  ['o', clause('int uint', 'octal clause can only be used on ints and uints')],
])

function clause(kinds: string, complaint: string): Clause {
  return { kinds: new Set(kinds.split(' ') as CelType['kind'][]), complaint }
}

function numbers(name: string): Clause {
  return clause('int uint double', `${name} clause can only be used on ints, uints, and doubles`)
}

function hex(): Clause {
  return clause(
    'int uint bytes string',
    'only ints, uints, bytes, and strings can be formatted as hex',
  )
}

/** What is wrong with `"…".format([…])` where both are literals. */
export function formatProblem(
  call: CallExpr,
  typeOf: (id: number) => CelType,
): LiteralProblem | undefined {
  const { target, args } = call
  const [list] = args
  if (target?.kind !== 'const' || target.value.kind !== 'string' || list?.kind !== 'list') {
    return undefined
  }
  const checked: Format = { text: target, list, typeOf }
  let used = 0
  for (const [, percent, precision, letter = ''] of target.value.value.matchAll(CLAUSE)) {
    if (percent !== undefined) continue
    const problem = clauseProblem(checked, used, letter, precision)
    if (problem !== undefined) return problem
    used += 1
  }
  const given = list.elements.length
  if (given === used) return undefined
  const message = `too many arguments supplied to string.format (expected ${used}, got ${given})`
  return { message, span: list.span }
}

/** A literal `%`, or a verb with a precision before it; no verb at the end of the text. */
const CLAUSE = /%(?:(%)|(?:\.(\d*))?(.?))/gsu

interface Format {
  readonly text: Expr
  readonly list: ListExpr
  readonly typeOf: (id: number) => CelType
}

function clauseProblem(
  { text, list, typeOf }: Format,
  index: number,
  letter: string,
  precision: string | undefined,
): LiteralProblem | undefined {
  const arg = list.elements[index]
  const clauseMessage = (): string | undefined => {
    if (letter === '' && precision === undefined) return 'unexpected end of string'
    if (arg === undefined) return `index ${index} out of range`
    const problem = precisionProblem(letter, precision)
    if (problem !== undefined) return `could not parse formatting clause: ${problem}`
    return undefined
  }
  const message = clauseMessage()
  if (message !== undefined) return { message, span: text.span }
  const rule = CLAUSES.get(letter)
  if (arg === undefined || rule === undefined) return undefined
  const wrong =
    letter === 's' ? firstUnprintable(arg, rule, typeOf) : excluded(typeOf(arg.id), rule)
  if (wrong === undefined) return undefined
  const complaint = `error during formatting: ${rule.complaint}, was given ${'name' in wrong ? wrong.name : nameOfKind(wrong.kind)}`
  return { message: complaint, span: arg.span }
}

function precisionProblem(letter: string, precision: string | undefined): string | undefined {
  if (precision !== undefined && letter === '') {
    return 'error while parsing precision: could not find end of precision specifier'
  }
  if (precision === '') return 'error while parsing precision: expected digits'
  if (precision !== undefined && Number(precision) > MAX_PRECISION) {
    return `error while parsing precision: precision ${precision} exceeds maximum allowed precision ${MAX_PRECISION}`
  }
  return CLAUSES.has(letter) ? undefined : `unrecognized formatting clause "${letter}"`
}

/** The type of the first part of a value that cannot be printed; only literals have parts. */
function firstUnprintable(
  expr: Expr,
  rule: Clause,
  typeOf: (id: number) => CelType,
): CelType | undefined {
  const isLiteral = expr.kind === 'list' || expr.kind === 'map'
  if (!isLiteral) return excluded(typeOf(expr.id), rule)
  for (const part of children(expr)) {
    const wrong = firstUnprintable(part, rule, typeOf)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function excluded(given: CelType, rule: Clause): CelType | undefined {
  const type = unwrapped(given)
  return type.kind === 'dyn' || rule.kinds.has(type.kind) ? undefined : type
}
