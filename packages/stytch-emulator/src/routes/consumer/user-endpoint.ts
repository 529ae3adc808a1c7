import { type Behaviour, type Endpoint, type EndpointName, endpoint } from '../../endpoint.ts'
import { optional, type Reader, type Shape, string } from '../../fields.ts'
import { sessionOptions, sessionReference } from '../../sessions.ts'

/** An endpoint of consumer projects. */
export function userEndpoint<S extends Shape>(
  name: Omit<EndpointName, 'clients'>,
  fields: S,
  run: Behaviour<S>['run'],
): Endpoint {
  return endpoint<S>({ ...name, clients: ['Client'] }, fields, { run })
}

/** The fields of every endpoint that signs a user in. */
export const userSignInFields: typeof sessionReference & typeof sessionOptions = {
  ...sessionReference,
  ...sessionOptions,
}

/** A user that a new address or number is to be added to: by id, or by a session. */
export const userReference: {
  readonly user_id: Reader<string | undefined>
} & typeof sessionReference = { user_id: optional(string), ...sessionReference }
