import { EVALUATION_REQUEST, EVALUATION_RESPONSE } from '../../wire/authzen-messages.ts'
import { type Command, command } from '../command.ts'
import { decide } from './decide.ts'
import type { Evaluation } from './question.ts'

/** AuthZEN: may a subject do this to a resource? */
export const EVALUATION: Command = command<Evaluation>({
  method: 'authzen.authorization.v1.AuthorizationService/AccessEvaluation',
  request: EVALUATION_REQUEST,
  response: EVALUATION_RESPONSE,
  async run(pdp, request, call) {
    const [outcome] = await decide(pdp, [request], call)
    if (outcome?.kind === 'decided') return outcome.message
    throw outcome?.error ?? new Error('an outcome a question')
  },
})
