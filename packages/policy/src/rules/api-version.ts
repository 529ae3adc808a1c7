import { fieldPath } from './field-path.ts'
import { reportMissing } from './required-fields.ts'
import type { ValidationRule } from './rule.ts'

const API_VERSION = 'api.cerbos.dev/v1'

/** `apiVersion` says that the file is a policy of the format that is read here. */
export const apiVersion: ValidationRule = ({ apiVersion: version, root }, report) => {
  if (version === undefined || version.value === '') {
    reportMissing('apiVersion', version, root, report)
    return
  }
  if (version.value === API_VERSION) return
  const details = { field: fieldPath(version.place), value: version.value, expected: API_VERSION }
  report('invalid-api-version', version.place, details, { suggestion: API_VERSION })
}
