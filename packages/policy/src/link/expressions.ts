import type { CompileResult, Env, Program } from '@lockstitch/cel'

import type { Report } from '../diagnostics.ts'
import type { SourceLocation } from '../linked.ts'
import { type LocatedText, locationOf, type Place, withSpan } from '../place.ts'
import { spanInFile } from '../read/scalar-offsets.ts'
import type { Span } from '../source.ts'
import type { LinkOptions } from './linker.ts'
import { liveNameReferences, type NameReference, nameReferences } from './references.ts'

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
export function createExpressionCompiler(env: Env, options: LinkOptions): ExpressionCompiler {
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
      const known = references.get(program) ?? usesIn(program, options)
      references.set(program, known)
      return { text, program, references: known }
    },
  }
}

function usesIn(program: Program, { compat }: LinkOptions): NameReference[] {
  if (compat !== 'cerbos') return nameReferences(program.expr)
  return liveNameReferences(program).filter(({ indirect }) => !indirect)
}

/** Where an expression begins; of a block scalar its first line, not the `|` above it. */
export function expressionLocation(text: LocatedText): SourceLocation {
  return locationOf(placeInExpression(text, { start: 0, end: 1 }))
}

/** The place of a part of an expression. */
export function placeInExpression(text: LocatedText, span: Span): Place {
  return withSpan(text.place, spanInFile(text, span))
}

function reportMistakes(
  text: LocatedText,
  { diagnostics }: CompileResult & { readonly ok: false },
  report: Report,
): void {
  const problems = diagnostics.map(({ message }) => withoutSuggestion(message).problem)
  for (const [index, { message, span }] of diagnostics.entries()) {
    const place = placeInExpression(text, span)
    const { problem, suggestion } = withoutSuggestion(message)
    const details = {
      expression: text.value,
      problem,
      // Cerbos reports an expression once, with all that is wrong.
      problems: index === 0 ? problems.map(asCerbosSays) : undefined,
    }
    report('invalid-expression', place, details, { suggestion })
  }
}

/** Where Cerbos tells a problem in other words, mostly in fewer. */
const IN_CERBOS: readonly (readonly [problem: RegExp, words: string])[] = [
  [/^the (int|uint|double) literal .*$/, 'invalid $1 literal'],
  [/^(invalid (?:duration|timestamp|matches|ip|cidr) argument): .*$/s, '$1'],
  [/^`has\(\)` takes a field selection .*$/, 'invalid argument to has() macro'],
  // Not so for all macros, but for `all`, `exists` and their like.
  [/^this argument must be a simple name$/, 'argument must be a simple name'],
  // They are messages whose fields nobody declares.
  [
    /^type '(cerbos\.lib\.\w+)' does not support field selection$/,
    "unexpected failed resolution of '$1'",
  ],
]

function asCerbosSays(problem: string): string {
  return IN_CERBOS.reduce((text, [pattern, words]) => text.replace(pattern, words), problem)
}

// A suggestion has a line of its own below the excerpt.
function withoutSuggestion(message: string): { problem: string; suggestion: string | undefined } {
  const suggested = /; did you mean `([^`]+)`\?$/.exec(message)
  const problem = suggested ? message.slice(0, suggested.index) : message
  return { problem, suggestion: suggested?.[1] }
}
