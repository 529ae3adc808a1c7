import type { M2MClient } from '../clients/entities.ts'
import { requireM2MClient, saveM2MClient, showM2MClient } from '../clients/m2m.ts'
import { newSecret, type RotationErrors } from '../clients/secrets.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { StytchFailure } from '../errors.ts'
import { given, jsonObject, listOf, oneOf, optional, type Reader, string, text } from '../fields.ts'
import { mergeMetadata } from '../metadata.ts'
import { type Filters, search, searchFields, stringsOf } from '../search.ts'
import { rotationEndpoints } from './rotation.ts'

const clients = ['B2BClient', 'Client'] as const
const errors: RotationErrors = {
  alreadyRotating: 'm2m_client_already_rotating_secret',
  notRotating: 'm2m_client_not_rotating_secret',
}

/** A secret that someone else chose must be as hard to guess as ours. */
const shortestSecret = 16
const longestSecret = 72

const scope: Reader<string> = (value, name) => {
  const read = string(value, name)
  if (/\s/.test(read)) throw new StytchFailure('invalid_m2m_client_scope')
  return read
}

const clientSecret: Reader<string> = (value, name) => {
  const read = string(value, name)
  if (read.length < shortestSecret) throw new StytchFailure('insecure_m2m_client_secret')
  if (read.length > longestSecret) throw new StytchFailure('client_secret_too_long')
  return read
}

/** M2M clients: create, get, search, update, delete, and their secrets. */
export const m2mEndpoints: readonly Endpoint[] = [
  endpoint(
    { method: 'POST', path: '/v1/m2m/clients', sdk: 'm2m.clients.create', clients },
    {
      scopes: listOf(scope),
      client_id: optional(string),
      client_secret: optional(clientSecret),
      client_name: optional(text),
      client_description: optional(text),
      trusted_metadata: optional(jsonObject),
    },
    {
      run(call) {
        const { fields, ids, project } = call
        const client_id = fields.client_id ?? ids.id('m2m-client')
        if (project.store.m2mClients.has(client_id))
          throw new StytchFailure('duplicate_m2m_client_id')
        const client_secret = fields.client_secret ?? newSecret(call)
        const client = saveM2MClient(call, {
          client_id,
          client_name: fields.client_name ?? '',
          client_description: fields.client_description ?? '',
          status: 'active',
          scopes: [...new Set(fields.scopes)],
          trusted_metadata: mergeMetadata({}, fields.trusted_metadata),
          secrets: { current: client_secret, next: undefined },
        })
        return { m2m_client: { ...showM2MClient(client), client_secret } }
      },
    },
  ),
  endpoint(
    { method: 'POST', path: '/v1/m2m/clients/search', sdk: 'm2m.clients.search', clients },
    searchFields,
    {
      run({ project, fields }) {
        const { page, results_metadata } = search(
          [...project.store.m2mClients.values()],
          fields,
          filters,
          'm2m_search_filter_name_not_recognized',
        )
        return { m2m_clients: page.map(showM2MClient), results_metadata }
      },
    },
  ),
  endpoint(
    { method: 'GET', path: '/v1/m2m/clients/:client_id', sdk: 'm2m.clients.get', clients },
    { client_id: string },
    {
      run: ({ project, fields }) => ({
        m2m_client: showM2MClient(requireM2MClient(project, fields.client_id)),
      }),
    },
  ),
  endpoint(
    { method: 'PUT', path: '/v1/m2m/clients/:client_id', sdk: 'm2m.clients.update', clients },
    {
      client_id: string,
      client_name: optional(text),
      client_description: optional(text),
      status: optional(oneOf(['active', 'inactive'], 'invalid_m2m_client_status')),
      scopes: optional(listOf(scope)),
      trusted_metadata: optional(jsonObject),
    },
    {
      run(call) {
        const { client_id, trusted_metadata, ...fields } = call.fields
        const client = requireM2MClient(call.project, client_id)
        const changed = saveM2MClient(call, {
          ...client,
          ...given(fields),
          trusted_metadata: mergeMetadata(client.trusted_metadata, trusted_metadata),
        })
        return { m2m_client: showM2MClient(changed) }
      },
    },
  ),
  endpoint(
    { method: 'DELETE', path: '/v1/m2m/clients/:client_id', sdk: 'm2m.clients.delete', clients },
    { client_id: string },
    {
      run({ project, fields }) {
        const { client_id } = requireM2MClient(project, fields.client_id)
        project.store.m2mClients.delete(client_id)
        return { client_id }
      },
    },
  ),
  ...rotationEndpoints({
    path: '/v1/m2m/clients/:client_id',
    sdk: 'm2m.clients',
    clients,
    answer: 'm2m_client',
    errors,
    find: requireM2MClient,
    secretsOf: ({ secrets }) => secrets,
    save: (emulation, client, secrets) => saveM2MClient(emulation, { ...client, secrets }),
    show: showM2MClient,
    showWithSecret: showM2MClient,
  }),
]

const strings = (value: unknown): readonly string[] =>
  stringsOf(value, 'm2m_search_expected_array_of_strings')

const filters: Filters<M2MClient> = {
  client_id: (value) => {
    const wanted = strings(value)
    return ({ client_id }) => wanted.includes(client_id)
  },
  client_name: (value) => {
    const wanted = strings(value)
    return ({ client_name }) => wanted.includes(client_name)
  },
  scopes: (value) => {
    const wanted = strings(value)
    return ({ scopes }) => wanted.some((one) => scopes.includes(one))
  },
}
