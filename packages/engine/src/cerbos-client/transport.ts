import { NotOK, Status, type StatusNotOK } from '@cerbos/core'
import type { Transport } from '@cerbos/core/~internal'

import type { Engine } from '../engine.ts'
import { EngineError } from '../errors.ts'
import type { AuxData } from '../request.ts'
import {
  type CheckResourcesMessage,
  checkResourcesRequest,
  checkResourcesResponse,
} from './messages.ts'
import { type PlanResourcesMessage, planInput, planResourcesResponse } from './plan-messages.ts'

/** Verifies the tokens of a request; their claims are what conditions read. */
export type ExtractAuxData = (tokens: TokensOfRequest) => AuxData | Promise<AuxData>

/** The tokens that a request of the Cerbos SDK carries. */
export interface TokensOfRequest {
  readonly jwt: { readonly token: string; readonly keySetId: string }
}

/** What answers a method of Cerbos's services, by the method's name in the protocol. */
type Handlers = Readonly<Record<string, (message: unknown) => unknown>>

/**
 * Carries the SDK's messages to an engine as its other transports carry them to a server, so that
 * everything around them is the SDK's own: headers, aborting, validation errors, instrumentation.
 */
export function engineTransport(engine: Engine, extract: ExtractAuxData | undefined): Transport {
  const handlers: Handlers = {
    'cerbos.svc.v1.CerbosService/CheckResources': (message) =>
      // The SDK makes no other message for this method, here and below.
      checkResources(engine, message as CheckResourcesMessage, extract),
    'cerbos.svc.v1.CerbosService/PlanResources': (message) =>
      planResources(engine, message as PlanResourcesMessage, extract),
    'cerbos.svc.v1.CerbosService/ServerInfo': () => SERVER_INFO,
    'grpc.health.v1.Health/Check': (message) => health(engine, message as { service: string }),
  }
  return {
    async unary(method, request, _headers, abortHandler) {
      abortHandler.throwIfAborted()
      const name = `${method.parent.typeName}/${method.name}`
      const answer = await answerOf(handlers[name], name, request)
      abortHandler.throwIfAborted()
      // The handler of a method makes the method's answer.
      return answer as never
    },
    // biome-ignore lint/correctness/useYield: the protocol has streams, an engine has none
    async *serverStream(method) {
      throw unimplemented(`${method.parent.typeName}/${method.name}`)
    },
  }
}

async function answerOf(
  handler: Handlers[string] | undefined,
  name: string,
  request: unknown,
): Promise<unknown> {
  if (!handler) throw unimplemented(name)
  try {
    return await handler(request)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    const { code, message } = error
    throw new NotOK(STATUS[code] ?? Status.INVALID_ARGUMENT, message, { cause: error })
  }
}

async function checkResources(
  engine: Engine,
  message: CheckResourcesMessage,
  extract: ExtractAuxData | undefined,
): Promise<unknown> {
  const auxData = await claimsOf(message, extract)
  return checkResourcesResponse(
    await engine.checkResources(checkResourcesRequest(message, auxData)),
  )
}

async function planResources(
  engine: Engine,
  message: PlanResourcesMessage,
  extract: ExtractAuxData | undefined,
): Promise<unknown> {
  const auxData = await claimsOf(message, extract)
  const output = engine.plan(planInput(message, auxData))
  return planResourcesResponse(output, message, engine.newCallId())
}

async function claimsOf(
  { auxData }: Pick<CheckResourcesMessage, 'auxData'>,
  extract: ExtractAuxData | undefined,
): Promise<AuxData | undefined> {
  const jwt = auxData?.jwt
  if (!jwt) return undefined
  // Cerbos: whoever sends no token must say so. An extractor takes empty text for a token without claims.
  if (jwt.token === '') {
    const message = 'validation error: aux_data.jwt.token: value is required'
    throw new NotOK(Status.INVALID_ARGUMENT, message)
  }
  if (!extract) {
    throw new NotOK(
      Status.FAILED_PRECONDITION,
      'the request has a token and nothing verifies it: give the client `auxData`',
    )
  }
  try {
    return await extract({ jwt: { token: jwt.token, keySetId: jwt.keySetId } })
  } catch (cause) {
    // Cerbos: a token that is not accepted is an invalid argument.
    throw new NotOK(Status.INVALID_ARGUMENT, 'failed to extract auxData', { cause })
  }
}

function health(engine: Engine, { service }: { readonly service: string }): unknown {
  if (service !== '' && service !== 'cerbos.svc.v1.CerbosService') {
    throw new NotOK(Status.NOT_FOUND, 'unknown service')
  }
  return { status: engine.isClosed ? NOT_SERVING : SERVING }
}

function unimplemented(name: string): NotOK {
  return new NotOK(
    Status.UNIMPLEMENTED,
    `an engine has no ${name}: it decides only; \`engine.update\` changes its policies`,
  )
}

/** An error that is not here is one in the request. */
const STATUS: Partial<Record<EngineError['code'], StatusNotOK>> = {
  'engine-closed': Status.UNAVAILABLE,
  'not-plannable': Status.UNIMPLEMENTED,
}

/** The version of Cerbos whose decisions these are; clients compare it with what they need. */
const SERVER_INFO = { version: '0.55.0+lockstitch', commit: '', buildDate: '' }

/** `HealthCheckResponse.ServingStatus` of the gRPC health protocol. */
const SERVING = 1
const NOT_SERVING = 2
