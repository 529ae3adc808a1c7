import type { ValidationRule } from './rule.ts'

/** The deprecated `variables` at the top are for policies, not for exports. */
export const topLevelVariables: ValidationRule = (document, report) => {
  const { kind, topVariables, topVariablesPlace } = document
  if (topVariables.length === 0 || topVariablesPlace === undefined) return
  if (kind === 'exportVariables') {
    report('top-level-variables', topVariablesPlace, { kind: 'variables' })
  }
  if (kind === 'exportConstants') {
    report('top-level-variables', topVariablesPlace, { kind: 'constants' })
  }
}
