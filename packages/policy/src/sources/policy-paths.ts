const POLICY_EXTENSION = /\.(yaml|yml|json)$/i
const TEST_SUITE = /_test\.(yaml|yml|json)$/i

/** Whether a file, by its name, is a policy: YAML or JSON, not hidden and no test suite. */
export function isPolicyFile(name: string): boolean {
  return POLICY_EXTENSION.test(name) && !TEST_SUITE.test(name) && !isHidden(name)
}

/** Whether a directory may have policies. `_schemas` is none at the root and an error elsewhere. */
export function isPolicyDirectory(name: string, parent: string): boolean {
  if (isHidden(name) || name === 'testdata') return false
  return !(name === SCHEMAS_DIRECTORY && parent === '')
}

/** Where JSON schemas are kept, directly under the root. */
export const SCHEMAS_DIRECTORY = '_schemas'

function isHidden(name: string): boolean {
  return name.startsWith('.')
}
