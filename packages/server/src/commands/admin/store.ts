import { type InspectedPolicy, inspectPolicies } from '@lockstitch/policy'

import { CommandError } from '../../errors.ts'
import {
  INSPECT_REQUEST,
  INSPECT_RESPONSE,
  PURGE_REVISIONS_REQUEST,
  PURGE_REVISIONS_RESPONSE,
  RELOAD_STORE_REQUEST,
  RELOAD_STORE_RESPONSE,
} from '../../wire/admin-messages.ts'
import type { Message } from '../../wire/schema.ts'
import type { Command } from '../command.ts'
import { listed } from '../messages.ts'
import { adminCommand, changesOf } from './admin.ts'
import { type ListMessage, selectedPolicies } from './select.ts'

/**
 * Puts in force what the store has. What cannot be used changes nothing and shows in the health, and
 * who waits is told.
 */
export const RELOAD_STORE: Command = adminCommand<{ readonly wait?: boolean }>('ReloadStore', {
  request: RELOAD_STORE_REQUEST,
  response: RELOAD_STORE_RESPONSE,
  async run({ policies, storesUntried }, { wait = false }) {
    const reloaded = policies.reload()
    if (!wait) return {}
    const report = await reloaded
    // Cerbos: what can be read but not compiled is no failure of the store.
    const isFailure = !report.ok && !(storesUntried && report.diagnostics.length > 0)
    if (isFailure) throw new CommandError('internal', 'failed to reload store')
    return {}
  },
})

/** Forgets what policies were before. */
export const PURGE_REVISIONS: Command = adminCommand<{ readonly keepLast?: number }>(
  'PurgeStoreRevisions',
  {
    request: PURGE_REVISIONS_REQUEST,
    response: PURGE_REVISIONS_RESPONSE,
    async run(admin, { keepLast = 0 }) {
      const affectedRows = await changesOf(admin).transaction(
        (change) => change.purgeRevisions(keepLast),
        () => {},
      )
      return affectedRows === 0 ? {} : { affectedRows }
    },
  },
)

/** Tells what policies define and read. */
export const INSPECT_POLICIES: Command = adminCommand<ListMessage>('InspectPolicies', {
  request: INSPECT_REQUEST,
  response: INSPECT_RESPONSE,
  async run(admin, request) {
    const policies = await selectedPolicies(admin, request)
    const ids = new Map(policies.map(({ id, file }) => [file.path, id]))
    const inspection = inspectPolicies(policies.map(({ file }) => file))
    const results = [...inspection.policies].map(([key, policy]) => {
      return [key, inspected(policy, ids.get(policy.file) ?? policy.file)] as const
    })
    return results.length === 0 ? {} : { results: Object.fromEntries(results) }
  },
})

function inspected(policy: InspectedPolicy, policyId: string): Message {
  const { actions, attributes, derivedRoles, variables, constants } = policy
  return {
    ...listed('actions', actions),
    ...listed(
      'attributes',
      attributes.map(({ owner, name }) => {
        return { kind: `KIND_${owner.toUpperCase()}_ATTRIBUTE`, name }
      }),
    ),
    ...listed('derivedRoles', derivedRoles.map(withKind)),
    ...listed('variables', variables.map(withKind)),
    ...listed('constants', constants.map(withKind)),
    policyId,
  }
}

function withKind({ kind, ...rest }: { readonly kind: string; readonly used?: boolean }): Message {
  const { used, ...others } = rest
  return { ...others, kind: `KIND_${kind.toUpperCase()}`, ...(used && { used }) }
}
