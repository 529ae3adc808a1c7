import type { B2BClient, Client } from 'stytch'

import { callStytch } from '../remote.ts'
import { field, isFields, ShapeError } from '../shape.ts'
import { type RbacPolicy, readRbacPolicy } from './rbac-policy.ts'

/** The parts of the official SDK's clients that are called. A consumer project has no organizations. */
export type RbacClient = Pick<B2BClient, 'rbac' | 'organizations'> | Pick<Client, 'rbac'>

/** What {@link fetchRbacPolicy} fetches. */
export interface FetchOptions {
  /** Whether the custom roles of all organizations are fetched with it. */
  readonly organizations?: boolean
}

const limits = { deadline: 30_000, tries: 3 }
const pageSize = 1000

/** Fetches a project's RBAC policy with the official SDK. Rejects with an `IdentifyFailure`. */
export async function fetchRbacPolicy(
  client: RbacClient,
  { organizations = true }: FetchOptions = {},
): Promise<RbacPolicy> {
  const answer = await callStytch(() => client.rbac.policy(), limits)
  const found: unknown[] = []
  if (organizations && 'organizations' in client) {
    let cursor: string | undefined
    do {
      const request = { limit: pageSize, ...(cursor !== undefined && { cursor }) }
      const page = await callStytch(() => client.organizations.search(request), limits)
      found.push(...organizationsOf(page))
      cursor = nextCursor(page)
    } while (cursor !== undefined)
  }
  return readRbacPolicy({
    policy: isFields(answer) ? field(answer, 'policy') : null,
    organizations: found,
  })
}

function organizationsOf(page: unknown): unknown[] {
  const list = isFields(page) ? field(page, 'organizations') : undefined
  if (!Array.isArray(list)) throw new ShapeError('organizations', 'a list')
  return list.flatMap((each: unknown) => {
    const roles = isFields(each) ? field(each, 'custom_roles') : undefined
    if (!isFields(each) || !Array.isArray(roles) || roles.length === 0) return []
    return [{ organization_id: field(each, 'organization_id'), roles }]
  })
}

function nextCursor(page: unknown): string | undefined {
  const metadata = isFields(page) ? field(page, 'results_metadata') : undefined
  const cursor = isFields(metadata) ? field(metadata, 'next_cursor') : undefined
  return typeof cursor === 'string' && cursor !== '' ? cursor : undefined
}
