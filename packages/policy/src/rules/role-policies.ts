import { unanchored } from '../place.ts'
import type { ValidationRule } from './rule.ts'

/** A role policy has no scope permissions, and will have to name its version. */
export const rolePolicies: ValidationRule = (document, report) => {
  if (document.kind !== 'rolePolicy') return
  const { scopePermissions, version, place } = document
  if (scopePermissions?.value === 'SCOPE_PERMISSIONS_OVERRIDE_PARENT') {
    report('role-policy-scope-permissions', scopePermissions.place, undefined)
  }
  if (version === undefined || version.value === '') {
    report('role-policy-without-version', version?.place ?? unanchored(place), undefined)
  }
}
