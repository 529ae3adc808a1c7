import { createHmac, timingSafeEqual } from 'node:crypto'

import { atLeast } from './option-checks.ts'
import { field, isFields } from './shape.ts'

/** Why a webhook is not acted on. Codes never change. */
export type WebhookRefusalCode =
  | 'webhook-unsigned'
  | 'webhook-signature-invalid'
  | 'webhook-too-old'
  | 'webhook-replayed'
  | 'webhook-wrong-project'
  | 'webhook-malformed'
  | 'webhook-not-kept'

/** What became of a webhook, and the HTTP status to answer with. */
export type WebhookOutcome =
  | { readonly kind: 'accepted'; readonly status: 204 }
  | {
      readonly kind: 'refused'
      readonly status: 400 | 401 | 409 | 503
      readonly code: WebhookRefusalCode
    }

/** Who lost their sessions, says Stytch. */
export interface WebhookRevocation {
  readonly kind: 'member' | 'organization' | 'user'
  readonly id: string
  /** Milliseconds since 1970: sessions that started later hold. */
  readonly at: number
}

/** Receives Stytch's webhooks. */
export interface WebhookReceiver {
  /** Acts on one, given the body as it was sent, not parsed. */
  receive(headers: Pick<Headers, 'get'>, body: string): Promise<WebhookOutcome>
}

/** What {@link createWebhookReceiver} needs. */
export interface WebhookOptions {
  /** The endpoint's secret, `whsec_…`; the old and the new one while it is being changed. */
  readonly secrets: readonly string[]
  readonly projectId: string
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly onRevocation: (revocation: WebhookRevocation) => Promise<void>
  /** Whether no other process has seen the id within so many seconds. */
  readonly claim: (id: string, seconds: number) => Promise<boolean>
}

/** Milliseconds by which the time of a webhook may differ from ours. */
const tolerance = 5 * 60_000

/**
 * Creates a receiver. An id is refused the second time for as long as its signature would hold.
 * @see https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export function createWebhookReceiver(options: WebhookOptions): WebhookReceiver {
  const keys = options.secrets.map(readSecret)
  atLeast('webhookSecrets', 1, keys.length)
  const seen = new Map<string, number>()

  return {
    async receive(headers, body) {
      const [id, time, signatures] = ['svix-id', 'svix-timestamp', 'svix-signature'].map((name) =>
        headers.get(name),
      )
      if (!id || !time || !signatures) return refused(401, 'webhook-unsigned')
      if (!isSigned(`${id}.${time}.${body}`, signatures, keys))
        return refused(401, 'webhook-signature-invalid')
      const now = options.clock()
      const sentAt = /^\d{1,12}$/.test(time) ? Number(time) * 1000 : Number.NaN
      if (!(Math.abs(now - sentAt) <= tolerance)) return refused(401, 'webhook-too-old')
      for (const [key, until] of seen) if (until < now) seen.delete(key)
      if (seen.has(id)) return refused(409, 'webhook-replayed')

      const event = parse(body)
      if (!isFields(event)) return refused(400, 'webhook-malformed')
      if (field(event, 'project_id') !== options.projectId)
        return refused(401, 'webhook-wrong-project')
      const revocation = revocationOf(event, sentAt)
      if (revocation === 'malformed') return refused(400, 'webhook-malformed')
      // Acted on first: one that could not be kept is sent again, and does the same again.
      try {
        if (revocation !== undefined) await options.onRevocation(revocation)
        if (!(await options.claim(id, (2 * tolerance) / 1000)))
          return refused(409, 'webhook-replayed')
      } catch {
        return refused(503, 'webhook-not-kept')
      }
      if (seen.has(id)) return refused(409, 'webhook-replayed')
      seen.set(id, sentAt + tolerance)
      return { kind: 'accepted', status: 204 }
    },
  }
}

function readSecret(secret: string): Buffer {
  const [, encoded = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
  const key = Buffer.from(encoded, 'base64')
  // The secret itself is not told.
  if (key.length < 16) throw new TypeError('`webhookSecrets`: expected secrets like `whsec_…`')
  return key
}

/** Several signatures stand in the header while the secret is being changed; one has to fit. */
function isSigned(content: string, signatures: string, keys: readonly Buffer[]): boolean {
  const sent = signatures.split(' ').filter((entry) => entry.startsWith('v1,'))
  const given = sent.slice(0, 10).map((entry) => Buffer.from(entry.slice(3), 'base64'))
  return keys.some((key) => {
    const expected = createHmac('sha256', key).update(content).digest()
    return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected))
  })
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Deleting a member, a user or an organization ends their sessions; other events say nothing of sessions. */
function revocationOf(event: object, sentAt: number): WebhookRevocation | 'malformed' | undefined {
  const fields = { ...event }
  const kind = field(fields, 'object_type')
  const isDelete = String(field(fields, 'action')).toLowerCase() === 'delete'
  if (!isDelete || (kind !== 'member' && kind !== 'user' && kind !== 'organization'))
    return undefined
  const id = field(fields, 'id')
  if (typeof id !== 'string' || id === '') return 'malformed'
  const timestamp = field(fields, 'timestamp')
  const at = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN
  // Without a time of its own every session is meant that started before it was sent.
  return { kind, id, at: Number.isNaN(at) ? sentAt : at }
}

function refused(status: 400 | 401 | 409 | 503, code: WebhookRefusalCode): WebhookOutcome {
  return { kind: 'refused', status, code }
}
