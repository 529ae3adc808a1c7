import { CommandError } from '../../errors.ts'
import { METADATA_REQUEST, METADATA_RESPONSE } from '../../wire/authzen-messages.ts'
import { type Command, command } from '../command.ts'

/** AuthZEN: where the endpoints are. What this server cannot do is not announced. */
export const METADATA: Command = command<object>({
  method: 'authzen.authorization.v1.AuthorizationService/Metadata',
  request: METADATA_REQUEST,
  response: METADATA_RESPONSE,
  async run({ candidates: { subjects, resources } }, _request, { baseUrl: base }) {
    if (base === undefined)
      throw new CommandError('unimplemented', 'the endpoints of AuthZEN are those of HTTP')
    return {
      policy_decision_point: base,
      access_evaluation_endpoint: `${base}/access/v1/evaluation`,
      access_evaluations_endpoint: `${base}/access/v1/evaluations`,
      ...(subjects && { search_subject_endpoint: `${base}/access/v1/search/subject` }),
      ...(resources && { search_resource_endpoint: `${base}/access/v1/search/resource` }),
      search_action_endpoint: `${base}/access/v1/search/action`,
    }
  },
})
