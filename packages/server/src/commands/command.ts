import type { Peer } from '@lockstitch/engine'

import type { AuditMetadata } from '../audit/metadata.ts'
import { CommandError } from '../errors.ts'
import type { Pdp } from '../pdp.ts'
import type { TraceHeaders } from '../telemetry/telemetry.ts'
import type { Message, MessageType } from '../wire/schema.ts'
import { validator } from '../wire/validate.ts'
import { type Violation, violationsText } from '../wire/violation.ts'
import { recorded } from './recorded.ts'

/** What a command knows of the call that it answers, whatever it came by. */
export interface Call {
  /** By which it is known in the answer and in the audit log. */
  readonly callId: string
  /** Told where somebody records it. */
  readonly peer?: Peer
  /** What it says of who it is: the header of that name. */
  readonly authorization?: string | undefined
  /** Where the client reaches the server: `https://pdp.example`. */
  readonly baseUrl?: string
  /** The policies that decided: told by the command, once it has been decided. */
  generation?: number | undefined
  /** The headers of the request that the configuration lets into the audit log. */
  readonly metadata?: AuditMetadata | undefined
  /** The headers by which a trace goes on. */
  readonly trace?: TraceHeaders
}

/** A call of the API, without the transport: messages in, messages out. */
export interface Command {
  /** The name of the method in the protocol: `cerbos.svc.v1.CerbosService/CheckResources`. */
  readonly method: string
  readonly request: MessageType
  readonly response: MessageType
  /** Answers a request that has been validated. Rejects with a {@link CommandError}. */
  run(pdp: Pdp, request: Message, call: Call): Promise<Message>
  /** The status of an answer in HTTP; 200 unless it says otherwise. */
  httpStatus?(response: Message): number
}

/** Many of them, one after the other. */
export type Messages = Iterable<Message> | AsyncIterable<Message>

/** A call of the API that is answered with many messages, one after the other. */
export interface StreamCommand extends Omit<Command, 'run' | 'httpStatus'> {
  stream(pdp: Pdp, request: Message, call: Call): Promise<Messages>
}

/** What is asked of whoever calls, before anything else. */
type Authenticate = (pdp: Pdp, call: Call) => Promise<void>

/** Makes a command that validates the request before anything else. */
export function command<Request extends object>(
  definition: Omit<Command, 'run'> & {
    run(pdp: Pdp, request: Request, call: Call): Promise<Message>
  },
  authenticate?: Authenticate,
): Command {
  const { method } = definition
  const validate = validator(definition.request)
  return {
    ...definition,
    run: (pdp, request, call) =>
      traced(pdp, method, call, async () => {
        // The reader of the type made it, and its rules hold.
        const run = (): Promise<Message> => definition.run(pdp, request as Request, call)
        if (authenticate === undefined) {
          // Cerbos: what is no request at all is not in the access log.
          requireSound(validate(request))
          return await recorded(pdp, { method, request, call }, run)
        }
        return recorded(pdp, { method, request, call }, async () => {
          await authenticate(pdp, call)
          requireSound(validate(request))
          return run()
        })
      }),
  }
}

/** Answers a call as a span, where somebody looks at traces. */
function traced(
  { telemetry }: Pdp,
  method: string,
  call: Call,
  answer: () => Promise<Message>,
): Promise<Message> {
  if (telemetry === undefined) return answer()
  const attributes = { 'rpc.method': method, 'cerbos.call.id': call.callId }
  return telemetry.span({ name: method, kind: 'server', attributes, parent: call.trace }, answer)
}

/** Refuses a request that breaks rules. */
export function requireSound(violations: readonly Violation[] | undefined): void {
  if (violations === undefined) return
  const type = 'type.googleapis.com/buf.validate.Violations'
  throw new CommandError('invalid-argument', violationsText(violations), {
    details: [{ '@type': type, violations: violations.map(({ json }) => json) }],
  })
}
