import {
  ADD_POLICY,
  DELETE_POLICY,
  DISABLE_POLICY,
  ENABLE_POLICY,
  GET_POLICY,
  LIST_POLICIES,
} from '../commands/admin/policies.ts'
import { ADD_SCHEMA, DELETE_SCHEMA, GET_SCHEMA, LIST_SCHEMAS } from '../commands/admin/schemas.ts'
import { INSPECT_POLICIES, PURGE_REVISIONS, RELOAD_STORE } from '../commands/admin/store.ts'
import { EVALUATION } from '../commands/authzen/evaluation.ts'
import { EVALUATIONS } from '../commands/authzen/evaluations.ts'
import { METADATA } from '../commands/authzen/metadata.ts'
import { SEARCH_ACTION, SEARCH_RESOURCE, SEARCH_SUBJECT } from '../commands/authzen/search.ts'
import { CHECK_RESOURCE_BATCH } from '../commands/check-resource-batch.ts'
import { CHECK_RESOURCE_SET } from '../commands/check-resource-set.ts'
import { CHECK_RESOURCES } from '../commands/check-resources.ts'
import type { Command } from '../commands/command.ts'
import { EXPLAIN } from '../commands/explain.ts'
import { PLAN_RESOURCES } from '../commands/plan-resources.ts'
import {
  PLAYGROUND_EVALUATE,
  PLAYGROUND_PROXY,
  PLAYGROUND_TEST,
  PLAYGROUND_VALIDATE,
} from '../commands/playground/playground.ts'
import { SERVER_INFO } from '../commands/server-info.ts'

/** A command and the place where HTTP has it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly command: Command
  /** Where the request is; in the body unless it says otherwise. */
  readonly from?: 'query'
  /** Whose rules for requests hold; Cerbos's unless it says otherwise. */
  readonly rules?: 'authzen'
}

/** Cerbos's service in HTTP. */
// biome-ignore format: table
export const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/api/check/resources',         command: CHECK_RESOURCES },
  { method: 'POST', path: '/api/plan/resources',          command: PLAN_RESOURCES },
  { method: 'GET',  path: '/api/server_info',             command: SERVER_INFO },
  { method: 'POST', path: '/api/check',                   command: CHECK_RESOURCE_SET },
  { method: 'POST', path: '/api/check_resource_batch',    command: CHECK_RESOURCE_BATCH },
  // Where older servers had it.
  { method: 'POST', path: '/api/x/check_resource_batch',  command: CHECK_RESOURCE_BATCH },
]

/** AuthZEN in HTTP. */
// biome-ignore format: table
export const AUTHZEN_ROUTES: readonly Route[] = [
  { method: 'GET',  path: '/.well-known/authzen-configuration', command: METADATA },
  { method: 'POST', path: '/access/v1/evaluation',      command: EVALUATION,      rules: 'authzen' },
  { method: 'POST', path: '/access/v1/evaluations',     command: EVALUATIONS,     rules: 'authzen' },
  { method: 'POST', path: '/access/v1/search/subject',  command: SEARCH_SUBJECT,  rules: 'authzen' },
  { method: 'POST', path: '/access/v1/search/resource', command: SEARCH_RESOURCE, rules: 'authzen' },
  { method: 'POST', path: '/access/v1/search/action',   command: SEARCH_ACTION,   rules: 'authzen' },
]

/** Cerbos's playground in HTTP. */
// biome-ignore format: table
export const PLAYGROUND_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/api/playground/validate',     command: PLAYGROUND_VALIDATE },
  { method: 'POST', path: '/api/playground/test',         command: PLAYGROUND_TEST },
  { method: 'POST', path: '/api/playground/evaluate',     command: PLAYGROUND_EVALUATE },
  { method: 'POST', path: '/api/playground/proxy',        command: PLAYGROUND_PROXY },
]

/** Explanations, which are in HTTP alone. */
export const EXPLAIN_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/lockstitch/v1/explain', command: EXPLAIN },
]

/** Cerbos's admin API in HTTP. */
// biome-ignore format: table
export const ADMIN_ROUTES: readonly Route[] = [
  { method: 'POST',   path: '/admin/policy',           command: ADD_POLICY },
  { method: 'PUT',    path: '/admin/policy',           command: ADD_POLICY },
  { method: 'GET',    path: '/admin/policy',           command: GET_POLICY,       from: 'query' },
  // What it did before policies could be deleted.
  { method: 'DELETE', path: '/admin/policy',           command: DISABLE_POLICY,   from: 'query' },
  { method: 'GET',    path: '/admin/policies',         command: LIST_POLICIES,    from: 'query' },
  { method: 'GET',    path: '/admin/policies/inspect', command: INSPECT_POLICIES, from: 'query' },
  { method: 'POST',   path: '/admin/policy/delete',    command: DELETE_POLICY,    from: 'query' },
  { method: 'PUT',    path: '/admin/policy/delete',    command: DELETE_POLICY },
  { method: 'POST',   path: '/admin/policy/disable',   command: DISABLE_POLICY,   from: 'query' },
  { method: 'PUT',    path: '/admin/policy/disable',   command: DISABLE_POLICY },
  { method: 'POST',   path: '/admin/policy/enable',    command: ENABLE_POLICY,    from: 'query' },
  { method: 'PUT',    path: '/admin/policy/enable',    command: ENABLE_POLICY },
  { method: 'POST',   path: '/admin/schema',           command: ADD_SCHEMA },
  { method: 'PUT',    path: '/admin/schema',           command: ADD_SCHEMA },
  { method: 'GET',    path: '/admin/schema',           command: GET_SCHEMA,       from: 'query' },
  { method: 'DELETE', path: '/admin/schema',           command: DELETE_SCHEMA,    from: 'query' },
  { method: 'GET',    path: '/admin/schemas',          command: LIST_SCHEMAS,     from: 'query' },
  { method: 'GET',    path: '/admin/store/reload',     command: RELOAD_STORE,     from: 'query' },
  { method: 'DELETE', path: '/admin/store/revisions',  command: PURGE_REVISIONS,  from: 'query' },
]
