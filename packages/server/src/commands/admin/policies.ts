import { CommandError } from '../../errors.ts'
import { policyHash } from '../../store/policy-hash.ts'
import { identityOf } from '../../store/policy-identity.ts'
import type { StoreChange, StoredPolicy } from '../../store/store.ts'
import {
  ADD_POLICY_REQUEST,
  ADD_POLICY_RESPONSE,
  DELETE_POLICY_REQUEST,
  DELETE_POLICY_RESPONSE,
  DISABLE_POLICY_REQUEST,
  DISABLE_POLICY_RESPONSE,
  ENABLE_POLICY_REQUEST,
  ENABLE_POLICY_RESPONSE,
  GET_POLICY_REQUEST,
  GET_POLICY_RESPONSE,
  LIST_POLICIES_REQUEST,
  LIST_POLICIES_RESPONSE,
} from '../../wire/admin-messages.ts'
import type { Message } from '../../wire/schema.ts'
import type { Command } from '../command.ts'
import { listed } from '../messages.ts'
import { type Admin, adminCommand, change, changesOf } from './admin.ts'
import { messageOf } from './policy-text.ts'
import { type ListMessage, selectedPolicies } from './select.ts'

interface IdsMessage {
  readonly id: readonly string[]
}

/** Stores policies and puts them in force. */
export const ADD_POLICY: Command = adminCommand<{ readonly policies: readonly Message[] }>(
  'AddOrUpdatePolicy',
  {
    request: ADD_POLICY_REQUEST,
    response: ADD_POLICY_RESPONSE,
    async run(admin, { policies }) {
      await change(admin, (changes) => changes.putPolicies(policies.map(withoutMetadata)))
      return { success: {} }
    },
  },
)

/** What the store knows of a policy it knows by itself. */
function withoutMetadata({ metadata: _, ...policy }: Message): Message {
  return policy
}

/** The ids of policies. */
export const LIST_POLICIES: Command = adminCommand<ListMessage>('ListPolicies', {
  request: LIST_POLICIES_REQUEST,
  response: LIST_POLICIES_RESPONSE,
  async run(admin, request) {
    const policies = await selectedPolicies(admin, request)
    return listed(
      'policyIds',
      policies.map(({ id }) => id),
    )
  },
})

/** The policies that have some ids. */
export const GET_POLICY: Command = adminCommand<IdsMessage>('GetPolicy', {
  request: GET_POLICY_REQUEST,
  response: GET_POLICY_RESPONSE,
  async run(admin, { id: ids }) {
    const policies = (await admin.policies.store.read()).policies.filter(({ id }) =>
      ids.includes(id),
    )
    // Cerbos: a file that is not there is an error, a row is not.
    if (admin.policies.store.changes === undefined && policies.length < ids.length)
      throw new CommandError('internal', 'could not get policy')
    return listed('policies', policies.map(policyMessage))
  },
})

function policyMessage({ id, file, disabled, attributes }: StoredPolicy): Message {
  const { metadata, ...policy } = messageOf(file.text)
  const { annotations } = (metadata ?? {}) as { readonly annotations?: unknown }
  const isOfFile = attributes.source !== undefined
  return {
    ...policy,
    ...(disabled && { disabled }),
    metadata: {
      ...(isOfFile && { sourceFile: id }),
      ...(annotations !== undefined && { annotations }),
      hash: policyHash(policy),
      // Misspelt in the protocol, and kept there.
      storeIdentifer: id,
      storeIdentifier: id,
      sourceAttributes: { attributes },
    },
  }
}

/** Deletes policies that no other needs. */
export const DELETE_POLICY: Command = adminCommand<IdsMessage>('DeletePolicy', {
  request: DELETE_POLICY_REQUEST,
  response: DELETE_POLICY_RESPONSE,
  run: (admin, { id }) =>
    changeUnneeded(
      admin,
      { ids: id, verb: 'delete', name: 'DeletePolicy' },
      'deletedPolicies',
      (changes) => changes.deletePolicies(id),
    ),
})

/** Switches off policies that no other needs. */
export const DISABLE_POLICY: Command = adminCommand<IdsMessage>('DisablePolicy', {
  request: DISABLE_POLICY_REQUEST,
  response: DISABLE_POLICY_RESPONSE,
  run: (admin, { id }) =>
    changeUnneeded(
      admin,
      { ids: id, verb: 'disable', name: 'DisablePolicy' },
      'disabledPolicies',
      (changes) => changes.setDisabled(id, true),
    ),
})

/** Switches policies on. */
export const ENABLE_POLICY: Command = adminCommand<IdsMessage>('EnablePolicy', {
  request: ENABLE_POLICY_REQUEST,
  response: ENABLE_POLICY_RESPONSE,
  async run(admin, { id }) {
    const enabledPolicies = await change(admin, (changes) => changes.setDisabled(id, false))
    return enabledPolicies === 0 ? {} : { enabledPolicies }
  },
})

async function changeUnneeded(
  admin: Admin,
  {
    ids,
    verb,
    name,
  }: { readonly ids: readonly string[]; readonly verb: string; readonly name: string },
  field: string,
  make: (change: StoreChange) => Promise<number>,
): Promise<Message> {
  // A store that takes no changes says so first.
  changesOf(admin)
  const errors = neededBy((await admin.policies.store.read()).policies, ids)
  if (Object.keys(errors).length > 0) {
    const type = `type.googleapis.com/cerbos.response.v1.${name}ErrorDetails`
    const details = [{ '@type': type, errors }]
    throw new CommandError('invalid-argument', `Failed to ${verb} policies`, { details })
  }
  const count = await change(admin, make)
  return count === 0 ? {} : { [field]: count }
}

/** Why policies must stay: others that are in force import them, or have them as a parent scope. */
function neededBy(policies: readonly StoredPolicy[], ids: readonly string[]): Message {
  const others = policies
    .filter(({ id, disabled }) => !disabled && !ids.includes(id))
    .map(({ file }) => identityOf(messageOf(file.text)))
  const known = new Set(policies.map(({ id }) => id))
  const errors: Record<string, Message> = {}
  for (const id of ids.filter((each) => known.has(each))) {
    const dependents = others.filter((other) => other.dependencies.includes(id))
    const descendants = others.filter((other) => other.ancestors.includes(id))
    if (dependents.length > 0)
      errors[id] = { requiredByOtherPolicies: { dependents: dependents.map((each) => each.id) } }
    else if (descendants.length > 0)
      errors[id] = { breaksScopeChain: { descendants: descendants.map((each) => each.id) } }
  }
  return errors
}
