import { toDebugString } from '@bufbuild/cel-spec/testdata/to-debug-string.js'
import { NullValue } from '@bufbuild/protobuf/wkt'

import type { Constant, Expr } from '../src/ast.ts'

/**
 * An expression in the notation of cel-go's debug output, which `@bufbuild/cel-spec` ships for each
 * of its cases. `adorn` gives what is written behind each node.
 */
export function debugString(expr: Expr, adorn: (expr: Expr) => string = kindSuffix): string {
  return write(expr, '', adorn)
}

/** The suffix that tells the kind of each node of a parsed expression. */
export function kindSuffix(expr: Expr): string {
  return `^#*expr.${expr.kind === 'const' ? CONSTANT_KINDS[expr.value.kind] : NODE_KINDS[expr.kind]}#`
}

// biome-ignore format: a table
const CONSTANT_KINDS: Record<Constant['kind'], string> = {
  null: 'Constant_NullValue', bool: 'Constant_BoolValue', int: 'Constant_Int64Value',
  uint: 'Constant_Uint64Value', double: 'Constant_DoubleValue', string: 'Constant_StringValue',
  bytes: 'Constant_BytesValue',
}
// biome-ignore format: a table
const NODE_KINDS: Record<Exclude<Expr['kind'], 'const'>, string> = {
  ident: 'Expr_IdentExpr', select: 'Expr_SelectExpr', call: 'Expr_CallExpr',
  list: 'Expr_ListExpr', map: 'Expr_StructExpr', struct: 'Expr_StructExpr',
  comprehension: 'Expr_ComprehensionExpr',
}

function write(expr: Expr, indent: string, adorn: (expr: Expr) => string): string {
  const inner = `${indent}  `
  const part = (child: Expr): string => write(child, inner, adorn)
  const block = (open: string, items: readonly string[], close: string): string =>
    items.length === 0
      ? `${open}${close}`
      : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}`
  const entrySuffix = adorn === kindSuffix ? '^#*expr.Expr_CreateStruct_Entry#' : ''
  const content = (): string => {
    switch (expr.kind) {
      case 'const':
        return constantText(expr.value)
      case 'ident':
        return expr.name
      case 'select':
        return `${write(expr.operand, indent, adorn)}.${expr.field}${expr.testOnly ? '~test-only~' : ''}`
      case 'call': {
        const target = expr.target ? `${write(expr.target, indent, adorn)}.` : ''
        return block(`${target}${expr.function}(`, expr.args.map(part), ')')
      }
      case 'list':
        return block(
          '[',
          expr.elements.map((element, i) =>
            expr.optionalIndices.includes(i) ? `?${part(element)}` : part(element),
          ),
          ']',
        )
      case 'map':
        return block(
          '{',
          expr.entries.map(
            (entry) =>
              `${entry.optional ? '?' : ''}${part(entry.key)}:${part(entry.value)}${entrySuffix}`,
          ),
          '}',
        )
      case 'struct':
        return block(
          `${expr.messageName}{`,
          expr.entries.map(
            (entry) =>
              `${entry.optional ? '?' : ''}${entry.field}:${part(entry.value)}${entrySuffix}`,
          ),
          '}',
        )
      case 'comprehension': {
        const parts: [string, string][] = [
          ['Variable', expr.iterVar],
          ['Target', part(expr.iterRange)],
          ['Accumulator', expr.accuVar],
          ['Init', part(expr.accuInit)],
          ['LoopCondition', part(expr.loopCondition)],
          ['LoopStep', part(expr.loopStep)],
          ['Result', part(expr.result)],
        ]
        const lines = parts.map(([label, text]) => `${inner}// ${label}\n${inner}${text}`)
        return `__comprehension__(\n${lines.join(',\n')})`
      }
    }
  }
  return content() + adorn(expr)
}

/** The literal as cel-go quotes it; the escaping rules are left to the package's own printer. */
function constantText(constant: Constant): string {
  const value = constant.kind === 'null' ? NullValue.NULL_VALUE : constant.value
  const constantKind = { case: CONSTANT_CASES[constant.kind], value }
  const expr = {
    $typeName: 'cel.expr.Expr',
    exprKind: { case: 'constExpr', value: { constantKind } },
  }
  return toDebugString(expr as never)
}

// biome-ignore format: a table
const CONSTANT_CASES: Record<Constant['kind'], string> = {
  null: 'nullValue', bool: 'boolValue', int: 'int64Value', uint: 'uint64Value',
  double: 'doubleValue', string: 'stringValue', bytes: 'bytesValue',
}
