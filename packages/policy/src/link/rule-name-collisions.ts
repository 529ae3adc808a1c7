import { type Report, relatedPlace } from '../diagnostics.ts'
import type { PolicyDocument, RuleBase } from '../document.ts'
import type { Place } from '../place.ts'
import type { Catalogue } from './catalogue.ts'
import type { LinkOptions } from './linker.ts'
import { automaticActionName, automaticRuleName } from './rule-names.ts'

/**
 * No rule has the name that another rule of its policy has or is given: Cerbos shares the results
 * of conditions by rule name, so that the answer would depend on which of them comes first. Equal
 * names in one list are reported by the rules on documents.
 */
export function checkRuleNameCollisions(
  catalogue: Catalogue,
  report: Report,
  options: LinkOptions,
): void {
  for (const document of catalogue.documents) {
    const seen = new Map<string, NamedRule>()
    for (const rule of namedRules(document)) {
      const earlier = seen.get(rule.name)
      if (earlier === undefined) seen.set(rule.name, rule)
      else if (collide(earlier, rule)) reportCollision(earlier, rule, report, options)
    }
  }
}

// Two explicit names in one list, and two automatic ones, are reported as what they are: a
// duplicate name and a duplicate resource.
function collide(a: NamedRule, b: NamedRule): boolean {
  return a.automatic !== b.automatic || (!a.automatic && a.list !== b.list)
}

function reportCollision(
  earlier: NamedRule,
  later: NamedRule,
  report: Report,
  options: LinkOptions,
): void {
  // An explicit name is what can be changed.
  const [at, other] = later.automatic ? [earlier, later] : [later, earlier]
  report(
    'rule-name-collision',
    at.place,
    { name: at.name, automatic: other.automatic },
    {
      related: [relatedPlace('the other rule', other.place)],
      ...(options.compat === 'cerbos' && { severity: 'warning' }),
    },
  )
}

interface NamedRule {
  readonly name: string
  readonly automatic: boolean
  readonly place: Place
  /** Rules of one list must have different names anyway. */
  readonly list: number
}

function namedRules(document: PolicyDocument): NamedRule[] {
  if (document.kind === 'resourcePolicy') {
    return document.rules.items.map((rule, index) => nameOf(rule, automaticRuleName(index), 0))
  }
  if (document.kind !== 'principalPolicy') return []
  return document.rules.items.flatMap(({ resource, actions }, list) =>
    actions.items.map((rule, index) =>
      nameOf(rule, automaticActionName(resource?.value ?? '', index), list),
    ),
  )
}

function nameOf(rule: RuleBase, automaticName: string, list: number): NamedRule {
  const explicit = rule.name?.value ?? ''
  const automatic = explicit === ''
  return {
    name: automatic ? automaticName : explicit,
    automatic,
    place: rule.name?.place ?? rule.place,
    list,
  }
}
