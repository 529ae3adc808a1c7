import type { IncomingMessage } from 'node:http'

import type { Metadata } from '@grpc/grpc-js'

import type { Peer } from '@lockstitch/engine'

import { type AuditMetadata, auditMetadata, type MetadataRules } from './audit/metadata.ts'
import type { Call } from './commands/command.ts'
import type { TraceHeaders } from './telemetry/telemetry.ts'

/**
 * What is known of calls. It is looked at when somebody asks: most requests are recorded by nobody. In
 * classes, since an object with getters of its own takes many times as long to make.
 */
export function callsOf(
  newCallId: () => string,
  rules: MetadataRules = { include: [], exclude: [] },
): {
  readonly http: (req: IncomingMessage) => Call
  readonly grpc: (address: string, metadata: Metadata) => Call
} {
  return {
    http: (req) => new HttpCall(newCallId(), req, rules),
    grpc: (address, metadata) => new GrpcCall(newCallId(), { address, metadata }, rules),
  }
}

class HttpCall implements Call {
  readonly callId: string
  generation: number | undefined = undefined
  // Not the request, which has the body: what was read is let go of before the call is.
  readonly #socket: IncomingMessage['socket']
  readonly #headers: IncomingMessage['headers']
  readonly #rules: MetadataRules

  constructor(callId: string, { socket, headers }: IncomingMessage, rules: MetadataRules) {
    this.callId = callId
    this.#socket = socket
    this.#headers = headers
    this.#rules = rules
  }

  get peer(): Peer {
    const { remoteAddress, remotePort } = this.#socket
    return peerFrom({
      address: remoteAddress && `${remoteAddress}:${remotePort}`,
      userAgent: this.#headers['user-agent'],
      forwardedFor: forwardedFor(this.#headers['x-forwarded-for'], remoteAddress),
    })
  }

  get metadata(): AuditMetadata | undefined {
    return auditMetadata(this.#rules, httpMetadata(this.#headers, this.#socket.remoteAddress))
  }

  get trace(): TraceHeaders {
    const { traceparent, tracestate } = this.#headers
    return { traceparent: singleOf(traceparent), tracestate: singleOf(tracestate) }
  }

  get authorization(): string | undefined {
    return this.#headers.authorization
  }

  get baseUrl(): string {
    const { host, 'x-forwarded-host': forwarded, 'x-forwarded-proto': protocol } = this.#headers
    const scheme = protocol ?? ('encrypted' in this.#socket ? 'https' : 'http')
    return `${scheme}://${forwarded ?? host ?? ''}`
  }
}

class GrpcCall implements Call {
  readonly callId: string
  generation: number | undefined = undefined
  readonly #asked: { readonly address: string; readonly metadata: Metadata }
  readonly #rules: MetadataRules

  constructor(
    callId: string,
    asked: { readonly address: string; readonly metadata: Metadata },
    rules: MetadataRules,
  ) {
    this.callId = callId
    this.#asked = asked
    this.#rules = rules
  }

  get peer(): Peer {
    const { address, metadata } = this.#asked
    const [userAgent, forwarded] = ['user-agent', 'x-forwarded-for'].map((name) =>
      metadata.get(name).join(', '),
    )
    return peerFrom({ address, userAgent, forwardedFor: forwarded })
  }

  get metadata(): AuditMetadata | undefined {
    const { metadata } = this.#asked
    const names = Object.keys(metadata.getMap())
    return auditMetadata(
      this.#rules,
      names.map((name) => [name, metadata.get(name).map((value) => value.toString())]),
    )
  }

  get trace(): TraceHeaders {
    const [traceparent, tracestate] = ['traceparent', 'tracestate'].map((name) =>
      this.#asked.metadata.get(name)[0]?.toString(),
    )
    return { traceparent, tracestate }
  }

  get authorization(): string | undefined {
    return this.#asked.metadata.get('authorization')[0]?.toString()
  }
}

function singleOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

/** Cerbos: whoever connects is the last of those by whom a request came. */
function forwardedFor(
  header: string | readonly string[] | undefined,
  address: string | undefined,
): string {
  return [header, address].flat().filter(Boolean).join(', ')
}

function httpMetadata(
  headers: IncomingMessage['headers'],
  address: string | undefined,
): readonly (readonly [string, readonly string[]])[] {
  const forwarded = { 'x-forwarded-for': forwardedFor(headers['x-forwarded-for'], address) }
  return Object.entries({ ...headers, ...forwarded }).map(([name, value = []]) => [
    name,
    [value].flat(),
  ])
}

/** Leaves out what nobody knows. */
function peerFrom(peer: { readonly [Name in keyof Peer]: Peer[Name] | undefined }): Peer {
  return Object.fromEntries(Object.entries(peer).filter(([, value]) => value))
}
