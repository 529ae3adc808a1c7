import type { IncomingMessage } from 'node:http'

import { LIST_AUDIT_LOG } from '../commands/admin/audit-log.ts'
import type { Call, Messages } from '../commands/command.ts'
import { CommandError } from '../errors.ts'
import type { Pdp } from '../pdp.ts'
import { AUDIT_LOG_KIND } from '../wire/audit-messages.ts'
import { queryReader } from '../wire/read-query.ts'
import { errorReply, type Reply } from './reply.ts'

type Handler = (req: IncomingMessage, query: string) => Promise<Reply>
type Handlers = ReadonlyMap<string, Handler>

const PATH = '/admin/auditlog/list/'

const read = queryReader(LIST_AUDIT_LOG.request)

/** Answers for the audit log, whose kind is in the path; nothing where the path is another. */
export function auditLogHandler(
  pdp: Pdp,
  callOf: (req: IncomingMessage) => Call,
): (path: string) => Handlers | undefined {
  return (path) => {
    if (!path.startsWith(PATH)) return undefined
    const list: Handler = async (req, query) => {
      const kind = kindOf(path.slice(PATH.length))
      const request = { ...read(query), ...(kind !== 'KIND_UNSPECIFIED' && { kind }) }
      const isPretty = new URLSearchParams(query).has('pretty')
      try {
        const entries = await LIST_AUDIT_LOG.stream(pdp, request, callOf(req))
        return { status: 200, body: lines(entries, isPretty), contentType: 'application/x-ndjson' }
      } catch (error) {
        return streamError(errorReply(error, pdp.log))
      }
    }
    return new Map([['GET', list]])
  }
}

function kindOf(text: string): string {
  const { values } = AUDIT_LOG_KIND
  const name = Object.keys(values).find((each) => each === text || String(values[each]) === text)
  if (name !== undefined) return name
  throw new CommandError(
    'invalid-argument',
    `type mismatch, parameter: kind, error: ${text} is not valid`,
  )
}

async function* lines(entries: Messages, isPretty: boolean): AsyncIterable<string> {
  for await (const result of entries)
    yield `${JSON.stringify({ result }, null, isPretty ? 2 : 0)}\n`
}

/** Cerbos: what ends a stream is one of its lines. */
function streamError(reply: Reply): Reply {
  return { ...reply, body: `{"error":${String(reply.body)}}\n` }
}
