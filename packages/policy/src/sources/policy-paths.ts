const POLICY_EXTENSION = /\.(yaml|yml|json)$/i
const TEST_SUITE = /_test\.(yaml|yml|json)$/i

/** Whether a file, by its name, is a policy: YAML or JSON, not hidden and no test suite. */
function isPolicyFile(name: string): boolean {
  return POLICY_EXTENSION.test(name) && !TEST_SUITE.test(name) && !isHidden(name)
}

/** Whether a directory may have policies or schemas. */
export function isPolicyDirectory(name: string, parent: string): boolean {
  return !isHidden(name) && (name !== 'testdata' || isInSchemas(parent))
}

/** Whether a file, by its name, is read: a policy, or anything that schemas may refer to. */
export function isSourceFile(name: string, parent: string): boolean {
  return isInSchemas(parent) ? !isHidden(name) : isPolicyFile(name)
}

/** Whether a file, by its path from the root of the policies, is read. */
export function isSourcePath(path: string): boolean {
  const names = path.split('/')
  const parentOf = (index: number): string => names.slice(0, index).join('/')
  return names.every((name, index) =>
    index === names.length - 1
      ? isSourceFile(name, parentOf(index))
      : isPolicyDirectory(name, parentOf(index)),
  )
}

/** Whether a path is the directory of the schemas or below it. */
export function isInSchemas(path: string): boolean {
  return path === SCHEMAS_DIRECTORY || path.startsWith(`${SCHEMAS_DIRECTORY}/`)
}

/** Where JSON schemas are kept, directly under the root. */
export const SCHEMAS_DIRECTORY = '_schemas'

function isHidden(name: string): boolean {
  return name.startsWith('.')
}
