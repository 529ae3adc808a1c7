import type { CompileResult, Env, Program } from '@lockstitch/cel'

import type { Report } from '../diagnostics.ts'
import type { SourceLocation } from '../linked.ts'
import { type LocatedText, locationOf, type Place } from '../place.ts'
import { spanInFile } from '../read/scalar-offsets.ts'
import type { Span } from '../source.ts'
import { type NameReference, nameReferences } from './references.ts'

/** An expression of a policy file that compiles. */
export interface CompiledExpression {
  readonly text: LocatedText
  readonly program: Program
  readonly references: readonly NameReference[]
}

/** Compiles expressions, each distinct text once. */
export interface ExpressionCompiler {
  /** Undefined for an expression with mistakes, which are reported each time. */
  compile(text: LocatedText, report: Report): CompiledExpression | undefined
}

/** A compiler for the expressions of one set of policies. */
export function createExpressionCompiler(env: Env): ExpressionCompiler {
  const results = new Map<string, CompileResult>()
  const references = new WeakMap<Program, readonly NameReference[]>()
  return {
    compile(text, report) {
      const result = results.get(text.value) ?? env.compile(text.value)
      results.set(text.value, result)
      if (!result.ok) {
        reportMistakes(text, result, report)
        return undefined
      }
      const { program } = result
      const known = references.get(program) ?? nameReferences(program.expr)
      references.set(program, known)
      return { text, program, references: known }
    },
  }
}

/** Where an expression begins; of a block scalar its first line, not the `|` above it. */
export function expressionLocation(text: LocatedText): SourceLocation {
  return locationOf(placeInExpression(text, { start: 0, end: 1 }))
}

/** The place of a part of an expression. */
export function placeInExpression(text: LocatedText, span: Span): Place {
  return { ...text.place, span: spanInFile(text, span) }
}

function reportMistakes(
  text: LocatedText,
  { diagnostics }: CompileResult & { readonly ok: false },
  report: Report,
): void {
  const problems = diagnostics.map(({ message }) => message)
  for (const [index, { message, span }] of diagnostics.entries()) {
    report('invalid-expression', placeInExpression(text, span), {
      expression: text.value,
      problem: message,
      // Cerbos reports an expression once, with all that is wrong.
      problems: index === 0 ? problems : undefined,
    })
  }
}
