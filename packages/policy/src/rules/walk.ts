import type { Condition, Match, Output, PolicyDocument, RuleBase } from '../document.ts'

/** All rules of a document, whatever its kind. */
export function rulesOf(document: PolicyDocument): readonly RuleBase[] {
  switch (document.kind) {
    case 'resourcePolicy':
    case 'rolePolicy':
      return document.rules.items
    case 'principalPolicy':
      return document.rules.items.flatMap((rule) => rule.actions.items)
    case 'derivedRoles':
    case 'exportVariables':
    case 'exportConstants':
      return []
  }
}

/** All conditions of a document, those of derived roles included. */
export function conditionsOf(document: PolicyDocument): Condition[] {
  const holders = document.kind === 'derivedRoles' ? document.definitions.items : rulesOf(document)
  return holders.flatMap(({ condition }) => condition ?? [])
}

/** A condition's matches, outer ones first. */
export function matchesOf(match: Match | undefined): Match[] {
  if (match === undefined) return []
  if (match.kind === 'expr' || match.kind === 'empty') return [match]
  return [match, ...match.of.items.flatMap(matchesOf)]
}

/** All outputs of a document. */
export function outputsOf(document: PolicyDocument): Output[] {
  return rulesOf(document).flatMap(({ output }) => output ?? [])
}
