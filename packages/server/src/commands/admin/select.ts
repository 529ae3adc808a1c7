import { CommandError } from '../../errors.ts'
import { identityOf } from '../../store/policy-identity.ts'
import type { StoredPolicy } from '../../store/store.ts'
import type { Admin } from './admin.ts'
import { messageOf } from './policy-text.ts'

/** Which policies are meant. */
export interface ListMessage {
  readonly includeDisabled?: boolean
  readonly nameRegexp?: string
  readonly scopeRegexp?: string
  readonly versionRegexp?: string
  readonly policyId?: readonly string[]
}

/** The policies that a request means. */
export async function selectedPolicies(
  { policies: { store } }: Admin,
  { includeDisabled = false, policyId, ...regexps }: ListMessage,
): Promise<readonly StoredPolicy[]> {
  const hasPatterns = Object.keys(regexps).length > 0
  if (hasPatterns && store.changes === undefined)
    throw new CommandError('unimplemented', 'Store does not support regexp filters')
  const name = regExpOf(regexps.nameRegexp)
  const scope = regExpOf(regexps.scopeRegexp)
  const version = regExpOf(regexps.versionRegexp)
  return (await store.read()).policies.filter(({ id, file, disabled }) => {
    if (disabled && !includeDisabled) return false
    if (policyId && !policyId.includes(id)) return false
    if (!hasPatterns) return true
    const identity = identityOf(messageOf(file.text))
    return name.test(identity.name) && scope.test(identity.scope) && version.test(identity.version)
  })
}

/** Who may administer may also ask for slow expressions. */
function regExpOf(pattern = ''): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch (cause) {
    throw new CommandError('internal', 'could not get policy ids', { cause })
  }
}
