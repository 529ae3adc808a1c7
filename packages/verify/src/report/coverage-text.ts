import {
  type ConditionCoverage,
  type CoverageReport,
  isCovered,
  type RuleCoverage,
} from '../coverage.ts'

/** What tests cover, in a line each for rules and conditions, and below what they do not. */
export function coverageText(report: CoverageReport): string {
  const { rules, rulesCovered, outcomes, outcomesCovered } = report
  const missing = rules.filter((rule) => !isCovered(rule)).map(missingRule)
  const conditions = rules.flatMap((rule) => rule.conditions.flatMap(missingOutcome))
  return [
    `Rules covered: ${rulesCovered} of ${rules.length}`,
    ...missing,
    `Outcomes of conditions covered: ${outcomesCovered} of ${outcomes}`,
    ...conditions,
    '',
  ].join('\n')
}

function missingRule({ name, location, reached, kind }: RuleCoverage): string {
  const what = kind === 'rule' ? `\`${name}\`` : `derived role \`${name}\``
  const state =
    reached === 0 ? 'is reached by no test' : `never holds, in ${reached} tests that reach it`
  return `  ${location.file}:${location.line}  ${what} ${state}`
}

function missingOutcome(condition: ConditionCoverage): readonly string[] {
  const never = (['true', 'false'] as const).filter((outcome) => condition[outcome] === 0)
  if (never.length === 0) return []
  const { file, line } = condition.location
  const errors = condition.error > 0 ? `, an error ${condition.error} times` : ''
  return [`  ${file}:${line}  ${condition.text}   never ${never.join(', never ')}${errors}`]
}
