import type { RequestContext } from '@lockstitch/engine'

import type { AuditLog } from '../audit/audit-log.ts'
import { CommandError, STATUS } from '../errors.ts'
import type { Pdp } from '../pdp.ts'
import type { Message } from '../wire/schema.ts'
import type { Call } from './command.ts'

/** Runs a call and writes it down before it is answered, where there is an audit log. */
export function recorded(pdp: Pdp, called: Called, run: () => Promise<Message>): Promise<Message> {
  return pdp.audit ? written(pdp, pdp.audit, called, run) : run()
}

interface Called {
  readonly method: string
  readonly request: Message
  readonly call: Call
}

async function written(
  pdp: Pdp,
  audit: AuditLog,
  called: Called,
  run: () => Promise<Message>,
): Promise<Message> {
  const { callId } = called.call
  const started = pdp.clock()
  try {
    const answer = await run()
    writeAccess(pdp, called, started, 0)
    if (audit.refuses(callId))
      throw new CommandError('unavailable', 'the audit log cannot be written')
    return answer
  } catch (error) {
    const code = error instanceof CommandError ? error.code : 'internal'
    writeAccess(pdp, called, started, STATUS[code].grpc)
    throw error
  } finally {
    audit.refuses(callId)
  }
}

function writeAccess(
  { audit, engine }: Pdp,
  { method, request, call }: Called,
  started: number,
  statusCode: number,
): void {
  if (!audit?.hasAccessLogs) return
  audit.access({
    ...entryBase({ engine }, call, started, request.requestContext as RequestContext | undefined),
    method: `/${method}`,
    ...(statusCode !== 0 && { statusCode }),
  })
}

/** What the entries of a call have in common. */
export function entryBase(
  { engine: { policySource } }: Pick<Pdp, 'engine'>,
  { callId, peer, metadata }: Call,
  time: number,
  requestContext: RequestContext | undefined,
): {
  readonly callId: string
  readonly timestamp: string
  readonly peer?: NonNullable<Call['peer']>
  readonly metadata?: NonNullable<Call['metadata']>
  readonly policySource?: NonNullable<Pdp['engine']['policySource']>
  readonly requestContext?: RequestContext
} {
  return {
    callId,
    timestamp: new Date(time).toISOString(),
    ...(peer && { peer }),
    ...(metadata && { metadata }),
    ...(policySource && { policySource }),
    ...(requestContext && { requestContext }),
  }
}
