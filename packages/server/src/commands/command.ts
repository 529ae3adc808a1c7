import type { Peer } from '@lockstitch/engine'

import { CommandError } from '../errors.ts'
import type { Pdp } from '../pdp.ts'
import type { Message, MessageType } from '../wire/schema.ts'
import { validator } from '../wire/validate.ts'
import { type Violation, violationsText } from '../wire/violation.ts'

/** What a command knows of the call that it answers, whatever it came by. */
export interface Call {
  /** Told where somebody records it. */
  readonly peer?: Peer
  /** What it says of who it is: the header of that name. */
  readonly authorization?: string | undefined
  /** Where the client reaches the server: `https://pdp.example`. */
  readonly baseUrl?: string
  /** The policies that decided: told by the command, once it has been decided. */
  generation?: number | undefined
  /** The headers of the request that the configuration lets into the audit log. */
  readonly metadata?: Readonly<Record<string, { readonly values: readonly string[] }>>
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

/** Makes a command that validates the request before anything else. */
export function command<Request extends object>(
  definition: Omit<Command, 'run'> & {
    run(pdp: Pdp, request: Request, call: Call): Promise<Message>
  },
): Command {
  const validate = validator(definition.request)
  return {
    ...definition,
    run: async (pdp, request, call) => {
      requireSound(validate(request))
      // The reader of the type made it, and its rules hold.
      return definition.run(pdp, request as Request, call)
    },
  }
}

/** Refuses a request that breaks rules. */
export function requireSound(violations: readonly Violation[] | undefined): void {
  if (violations === undefined) return
  const type = 'type.googleapis.com/buf.validate.Violations'
  throw new CommandError('invalid-argument', violationsText(violations), {
    details: [{ '@type': type, violations: violations.map(({ json }) => json) }],
  })
}
