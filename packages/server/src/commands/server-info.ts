import { SERVER_INFO_REQUEST, SERVER_INFO_RESPONSE } from '../wire/messages.ts'
import { type Command, command } from './command.ts'

/** The Cerbos whose API and decisions these are. */
export const CERBOS_VERSION = '0.55.0'

/** Says which version this is; clients compare it with what they need. */
export const SERVER_INFO: Command = command({
  method: 'cerbos.svc.v1.CerbosService/ServerInfo',
  request: SERVER_INFO_REQUEST,
  response: SERVER_INFO_RESPONSE,
  run: async () => ({ version: `${CERBOS_VERSION}+lockstitch` }),
})
