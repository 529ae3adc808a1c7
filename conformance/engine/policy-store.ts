import { compilePolicies, type LinkedPolicySet, renderDiagnostics } from '@lockstitch/policy'
import { diskSource } from '@lockstitch/policy/node'

const stores = new Map<string, Promise<LinkedPolicySet>>()

/** The policies of a directory, compiled as Cerbos would; read once for all cases of a run. */
export function openStore(directory: string): Promise<LinkedPolicySet> {
  const opened = stores.get(directory) ?? readStore(directory)
  stores.set(directory, opened)
  return opened
}

async function readStore(directory: string): Promise<LinkedPolicySet> {
  const files = await diskSource(directory).read()
  const { policySet, diagnostics } = compilePolicies(files, { compat: 'cerbos' })
  if (policySet !== undefined) return policySet
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  throw new Error(`${directory} does not compile:\n${renderDiagnostics(errors, files)}`)
}
