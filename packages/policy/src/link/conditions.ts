import { formatType } from '@lockstitch/cel'

import { compact } from '../compact.ts'
import type { Report } from '../diagnostics.ts'
import type { Condition, Match, Output } from '../document.ts'
import type { LinkedCondition, LinkedOutput } from '../linked.ts'
import { type LocatedText, locationOf } from '../place.ts'
import type { DefinitionScope } from './definition-scope.ts'
import { type CompiledExpression, expressionLocation } from './expressions.ts'

/** Compiles the expressions of rules, and keeps those that compile. */
export interface RuleExpressions {
  condition(condition: Condition | undefined): { readonly condition?: LinkedCondition }
  output(output: Output | undefined): { readonly output?: LinkedOutput }
  /** Everything compiled so far: what the variables of the document are needed for. */
  readonly compiled: readonly CompiledExpression[]
}

/** Compiles in the scope of one document. */
export function createRuleExpressions(scope: DefinitionScope): RuleExpressions {
  const compiled: CompiledExpression[] = []
  const compile: DefinitionScope['compile'] = (text) => {
    const expression = scope.compile(text)
    if (expression !== undefined) compiled.push(expression)
    return expression
  }
  const programOf = (text: LocatedText | undefined): CompiledExpression['program'] | undefined =>
    text?.value ? compile(text)?.program : undefined
  return {
    compiled,
    condition: (condition) => {
      const linked = condition?.match && linkMatch(condition.match, compile, scope.report)
      return linked === undefined ? {} : { condition: linked }
    },
    output: (output) => {
      if (output === undefined) return {}
      // Also what gives way to `ruleActivated` has to compile.
      const expr = programOf(output.expr)
      const ruleActivated = programOf(output.ruleActivated) ?? expr
      const conditionNotMet = programOf(output.conditionNotMet)
      return {
        output: {
          ...(ruleActivated && { ruleActivated }),
          ...(conditionNotMet && { conditionNotMet }),
        },
      }
    },
  }
}

// An undefined match has been reported, so that the set it is in is not used.
function linkMatch(
  match: Match,
  compile: DefinitionScope['compile'],
  report: Report,
): LinkedCondition | undefined {
  switch (match.kind) {
    case 'empty':
      return undefined
    case 'expr': {
      const expression = compile(match.expr)
      if (expression === undefined) return undefined
      const type = formatType(expression.program.resultType)
      if (!/^(?:bool|dyn|wrapper|optional)/.test(type)) {
        report('condition-never-true', match.expr.place, { value: `of type ${type}` })
      }
      const location = expressionLocation(match.expr)
      return { kind: 'expr', program: expression.program, location }
    }
    case 'all':
    case 'any':
    case 'none':
      return {
        kind: match.kind,
        of: compact(match.of.items.map((part) => linkMatch(part, compile, report))),
        location: locationOf(match.place),
      }
  }
}
