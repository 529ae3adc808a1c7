import type { AuditQuery } from '../../audit/archive.ts'
import { CommandError } from '../../errors.ts'
import type { Pdp } from '../../pdp.ts'
import { LIST_AUDIT_LOG_REQUEST, LIST_AUDIT_LOG_RESPONSE } from '../../wire/audit-messages.ts'
import type { Message } from '../../wire/schema.ts'
import { validator } from '../../wire/validate.ts'
import { type Messages, requireSound, type StreamCommand } from '../command.ts'
import { requireAdmin, SERVICE } from './admin.ts'

interface ListMessage {
  readonly kind: 'KIND_ACCESS' | 'KIND_DECISION'
  readonly tail?: number
  readonly between?: { readonly start: string; readonly end: string }
  /** `60s` */
  readonly since?: string
  readonly lookup?: string
}

const validate = validator(LIST_AUDIT_LOG_REQUEST)

/** Tells what the audit log has. */
export const LIST_AUDIT_LOG: StreamCommand = {
  method: `${SERVICE}/ListAuditLogEntries`,
  request: LIST_AUDIT_LOG_REQUEST,
  response: LIST_AUDIT_LOG_RESPONSE,
  async stream(pdp, request, call) {
    await requireAdmin(pdp, call)
    requireSound(validate(request))
    const list = pdp.audit?.list
    if (list === undefined)
      throw new CommandError('unimplemented', 'Audit log backend does not support querying')
    // The reader of the type made it, and its rules hold.
    const query = queryOf(request as unknown as ListMessage, pdp)
    const name = query.kind === 'access' ? 'accessLogEntry' : 'decisionLogEntry'
    return named(name, list(query))
  },
}

async function* named(name: string, entries: Messages): AsyncIterable<Message> {
  // Cerbos's message has no generation.
  for await (const { generation: _, ...entry } of entries) yield { [name]: entry }
}

function queryOf({ kind, tail, between, since, lookup }: ListMessage, { clock }: Pdp): AuditQuery {
  const sort = kind === 'KIND_ACCESS' ? 'access' : 'decision'
  if (tail !== undefined) return { kind: sort, filter: { kind: 'tail', count: tail } }
  if (lookup !== undefined) return { kind: sort, filter: { kind: 'lookup', callId: lookup } }
  if (between) {
    const [start, end] = [Date.parse(between.start), Date.parse(between.end)]
    return { kind: sort, filter: { kind: 'between', start, end } }
  }
  const end = clock()
  const start = end - Number((since ?? '0s').slice(0, -1)) * 1000
  return { kind: sort, filter: { kind: 'between', start, end } }
}
