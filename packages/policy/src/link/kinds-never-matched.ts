import { sanitiseName } from '../names.ts'
import type { Catalogue } from './catalogue.ts'
import type { Linker } from './linker.ts'

/**
 * Warns of the rules of role policies that no request can match: a kind is sanitised before it is
 * compared, and the resource of such a rule is not. A pattern may match other kinds.
 */
export function reportKindsNeverMatched({ policies }: Catalogue, report: Linker['report']): void {
  for (const { document } of policies.values()) {
    if (document.kind !== 'rolePolicy') continue
    for (const { resource } of document.rules.items) {
      if (resource === undefined || resource.value.includes('*')) continue
      const compared = sanitiseName(resource.value)
      if (compared === resource.value) continue
      const details = { name: resource.value, compared }
      report('kind-never-matched', resource.place, details, { suggestion: compared })
    }
  }
}
