import { EVALUATION } from '../commands/authzen/evaluation.ts'
import { EVALUATIONS } from '../commands/authzen/evaluations.ts'
import { METADATA } from '../commands/authzen/metadata.ts'
import { SEARCH_ACTION, SEARCH_RESOURCE, SEARCH_SUBJECT } from '../commands/authzen/search.ts'
import { CHECK_RESOURCE_BATCH } from '../commands/check-resource-batch.ts'
import { CHECK_RESOURCE_SET } from '../commands/check-resource-set.ts'
import { CHECK_RESOURCES } from '../commands/check-resources.ts'
import type { Command } from '../commands/command.ts'
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
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly command: Command
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
