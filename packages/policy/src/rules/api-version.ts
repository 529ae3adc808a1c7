import type { Report } from '../diagnostics.ts'
import type { DocumentBase } from '../document.ts'
import { fieldPath } from './field-path.ts'
import { reportMissing } from './required-fields.ts'

const API_VERSION = 'api.cerbos.dev/v1'

/** `apiVersion` says that the file is a policy of the format that is read here. */
export function apiVersion(
  { apiVersion: version, root }: Pick<DocumentBase, 'apiVersion' | 'root'>,
  report: Report,
): void {
  if (version === undefined || version.value === '') {
    reportMissing('apiVersion', version, root, report)
    return
  }
  if (version.value === API_VERSION) return
  const details = { field: fieldPath(version.place), value: version.value, expected: API_VERSION }
  report('invalid-api-version', version.place, details, { suggestion: API_VERSION })
}
