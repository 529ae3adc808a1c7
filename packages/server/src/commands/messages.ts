import type { Attributes, Principal, Resource, ValidationError } from '@lockstitch/engine'

import type { AuxDataTokens } from '../auxdata/extract.ts'
import type { Message } from '../wire/schema.ts'

/** What the requests of Cerbos's service have in common. */
export interface RequestBase {
  readonly requestId?: string
  readonly principal: Principal
  readonly auxData?: AuxDataTokens
}

/** A resource and what is to be done to it. */
export interface EntryMessage {
  readonly actions: readonly string[]
  readonly resource: Resource
}

/** The attributes of one of several resources. */
export interface AttributesMessage {
  readonly attr?: Attributes
}

/** A list that is left out where it is empty. */
export function listed<Name extends string>(
  name: Name,
  list: readonly unknown[],
): { readonly [name in Name]?: readonly unknown[] } {
  // The one name that is there.
  return list.length === 0 ? {} : ({ [name]: list } as { [name in Name]?: readonly unknown[] })
}

/** `validationErrors` of an answer, left out where there is none. */
export function validationErrors(errors: readonly ValidationError[]): Message {
  const messages = errors.map(({ path, message, source }) => ({
    ...(path !== '' && { path }),
    message,
    source,
  }))
  return listed('validationErrors', messages)
}

/** The policy and the scope that decided about an action. */
export function effectMeta({
  matchedPolicy,
  matchedScope,
}: {
  readonly matchedPolicy: string
  readonly matchedScope: string
}): Message {
  return matchedScope === '' ? { matchedPolicy } : { matchedPolicy, matchedScope }
}
