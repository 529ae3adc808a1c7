import type { Report } from '../diagnostics.ts'
import { sanitiseName } from '../names.ts'
import { nearName } from '../near-name.ts'
import type { Catalogue } from './catalogue.ts'

const GLOB_CHARACTERS = /[*?[\]{}\\]/

/**
 * Reports the rules of principal policies for a resource that no resource policy is about, in any
 * version or scope. A pattern may be meant for kinds to come, so only plain names are looked at.
 */
export function reportResourcesWithoutPolicy(catalogue: Catalogue, report: Report): void {
  const policies = [...catalogue.policies.values()]
  const subjects = new Map(
    policies
      .filter(({ document }) => document.kind === 'resourcePolicy')
      .map(({ subject }) => [sanitiseName(subject), subject]),
  )
  // A set without any is made of parts: the resource policies are elsewhere.
  if (subjects.size === 0) return
  const suggestions = new Map<string, string | undefined>()
  const suggest = (name: string): string | undefined => {
    if (!suggestions.has(name)) suggestions.set(name, nearName(name, subjects.values()))
    return suggestions.get(name)
  }
  for (const { document } of policies) {
    if (document.kind !== 'principalPolicy') continue
    for (const { resource } of document.rules.items) {
      const name = resource?.value ?? ''
      if (resource === undefined || name === '' || GLOB_CHARACTERS.test(name)) continue
      if (subjects.has(sanitiseName(name))) continue
      report('resource-without-policy', resource.place, { name }, { suggestion: suggest(name) })
    }
  }
}
