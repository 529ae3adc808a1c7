import { Engine, type Principal, type Resource } from '@lockstitch/engine'
import { cerbosPlanner } from '@lockstitch/engine/cerbos-planner'
import type { LinkedPolicySet } from '@lockstitch/policy'
import { plainResults, runTests } from '@lockstitch/verify'

import { type AuxDataTokens, createAuxDataExtractor } from '../../auxdata/extract.ts'
import { claimsOf, type Pdp } from '../../pdp.ts'
import {
  EVALUATE_REQUEST,
  EVALUATE_RESPONSE,
  PROXY_REQUEST,
  PROXY_RESPONSE,
  TEST_REQUEST,
  TEST_RESPONSE,
  VALIDATE_REQUEST,
  VALIDATE_RESPONSE,
} from '../../wire/playground-messages.ts'
import type { Message } from '../../wire/schema.ts'
import { CHECK_RESOURCE_BATCH } from '../check-resource-batch.ts'
import { CHECK_RESOURCE_SET } from '../check-resource-set.ts'
import { CHECK_RESOURCES } from '../check-resources.ts'
import { type Call, type Command, command } from '../command.ts'
import { decided } from '../decided.ts'
import { listed, validationErrors } from '../messages.ts'
import { PLAN_RESOURCES } from '../plan-resources.ts'
import { answer, type Compiled, compile, type FileMessage } from './compile.ts'

const SERVICE = 'cerbos.svc.v1.CerbosPlaygroundService'

interface SetMessage {
  readonly playgroundId?: string
  readonly files: readonly FileMessage[]
}

interface EvaluateMessage extends SetMessage {
  readonly principal: Principal
  readonly resource: Resource
  readonly actions: readonly string[]
  readonly auxData?: AuxDataTokens
}

/** Policies with errors in them are an answer, which HTTP gives the status of a bad request. */
function httpStatus(response: Message): number {
  return response.failure === undefined ? 200 : 400
}

/** A call about policies that come with it. The policies of the server have no part in it. */
function playgroundCommand<Request extends SetMessage>(
  definition: Pick<Command, 'method' | 'request' | 'response'>,
  run: (
    request: Request,
    compiled: Extract<Compiled, { kind: 'compiled' }>,
    pdp: Pdp,
    call: Call,
  ) => Message | Promise<Message>,
): Command {
  return command<Request>({
    ...definition,
    httpStatus,
    async run(pdp, request, call) {
      const { playgroundId, files } = request
      const compiled = compile(files)
      if (compiled.kind === 'failed') return answer(playgroundId, { failure: compiled.failure })
      return answer(playgroundId, await run(request, compiled, pdp, call))
    },
  })
}

/** Says what is wrong with policies. */
export const PLAYGROUND_VALIDATE: Command = playgroundCommand(
  {
    method: `${SERVICE}/PlaygroundValidate`,
    request: VALIDATE_REQUEST,
    response: VALIDATE_RESPONSE,
  },
  () => ({ success: {} }),
)

/** Runs the tests that come with policies. */
export const PLAYGROUND_TEST: Command = playgroundCommand(
  { method: `${SERVICE}/PlaygroundTest`, request: TEST_REQUEST, response: TEST_RESPONSE },
  (_request, { policySet, files }) => ({
    success: { results: plainResults(runTests(policySet, files, { explainFailures: false })) },
  }),
)

/** Decides about one resource by the policies. */
export const PLAYGROUND_EVALUATE: Command = playgroundCommand<EvaluateMessage>(
  {
    method: `${SERVICE}/PlaygroundEvaluate`,
    request: EVALUATE_REQUEST,
    response: EVALUATE_RESPONSE,
  },
  async ({ principal, resource, actions, auxData }, { policySet }, pdp) => {
    const inside = await playgroundPdp(pdp, policySet)
    const claims = auxData && (await claimsOf(inside, auxData))
    const input = { principal, resource, actions, auxData: claims }
    const output = await decided(() => inside.engine.check(input))
    const results = [...output.actions].map(([action, { effect, matchedPolicy: policy }]) => {
      return { action, effect, policy }
    })
    return {
      success: {
        results,
        ...listed('effectiveDerivedRoles', output.effectiveDerivedRoles),
        ...validationErrors(output.validationErrors),
        ...listed('outputs', output.outputs),
      },
    }
  },
)

const PROXIED: Readonly<Record<string, Command>> = {
  checkResourceSet: CHECK_RESOURCE_SET,
  checkResourceBatch: CHECK_RESOURCE_BATCH,
  planResources: PLAN_RESOURCES,
  checkResources: CHECK_RESOURCES,
}

/** Answers a request of the API by the policies. */
export const PLAYGROUND_PROXY: Command = playgroundCommand<
  SetMessage & Readonly<Record<string, Message>>
>(
  { method: `${SERVICE}/PlaygroundProxy`, request: PROXY_REQUEST, response: PROXY_RESPONSE },
  async (request, { policySet }, pdp, call) => {
    const inside = await playgroundPdp(pdp, policySet)
    for (const [name, { run }] of Object.entries(PROXIED)) {
      const proxied = request[name]
      if (proxied === undefined) continue
      // Nobody can look for the call.
      const { cerbosCallId: _, ...response } = await run(inside, proxied, call)
      return { [name]: response }
    }
    throw new Error('a proxied request is one of those')
  },
)

/** Decides by other policies, as Cerbos's playground does: tokens are not verified, nothing is recorded. */
async function playgroundPdp(pdp: Pdp, policySet: LinkedPolicySet): Promise<Pdp> {
  const engine = new Engine(policySet, {
    compat: 'cerbos',
    planner: cerbosPlanner,
    strictEvaluation: false,
    lenientScopeSearch: false,
    schemaEnforcement: 'warn',
    clock: () => pdp.clock(),
  })
  return { ...pdp, engine, auxData: await createAuxDataExtractor({ disableVerification: true }) }
}
