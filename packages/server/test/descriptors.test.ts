import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescService,
  ScalarType,
} from '@bufbuild/protobuf'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type CerbosServer, startCerbos } from '../../../tools/cerbos-server.ts'
import { callOverGrpc, type ReflectedServer, reflect } from '../../../tools/grpc-reflection.ts'
import { type RunningServer, startServer } from '../src/index.ts'
import { loadPolicies } from '../src/store/loaded-policies.ts'
import { sqliteStore } from '../src/store/sqlite-store.ts'
import { findCerbos, skippedWithoutCerbos } from './beside-cerbos.ts'
import { POLICIES } from './policies.ts'

const found = findCerbos()

/** Services of Cerbos that ours has not, and why. */
const NOT_OURS: ReadonlyMap<string, string> = new Map([
  ['envoy.service.status.v3.ClientStatusDiscoveryService', 'there is no xDS here'],
  ['grpc.channelz.v1.Channelz', 'it keeps a record of every message'],
])

/** What differs inside of services, as patterns of lines. */
const LESS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    /^cerbos\.policy\.v1\.TestResults\.Details \d+ engine_trace|^cerbos\.engine\.v1\.Trace/,
    "ours does not take the steps of Cerbos's engine",
  ],
  [
    /^grpc\.reflection\.\w+\.(ServerReflection\w+ \d+ (file_containing_extension|all_extension_numbers_response)|Extension\w+) /,
    'no message has extensions',
  ],
  [
    /^cerbos\.audit\.v1\.DecisionLogEntry \d+ (inputs|outputs|error) /,
    'the form before `check_resources`, which Cerbos writes no more',
  ],
  [/^cerbos\.audit\.v1\.\w+LogEntry \d+ oversized /, 'of entries that are sent to its hub'],
  [
    /^cerbos\.audit\.v1\.PolicySource(\.Hub\S*|\.EmbeddedPDP| \d+ hub| \d+ embedded_pdp) /,
    'there is no hub and nothing embedded',
  ],
  [
    /^grpc\.reflection\.\w+\.ErrorResponse 1 error_code .*: INT32$/,
    'the codes are small, so that their bytes are those of an unsigned number',
  ],
]
const MORE: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^grpc\.reflection\.\w+\.ErrorResponse 1 error_code .*: UINT32$/, 'see above'],
  [
    /^authzen\.authorization\.v1\.MetadataResponse \d search_/,
    'search, where there is one, is announced',
  ],
  [
    /^authzen\.authorization\.v1\.AccessEvaluationBatchResponse \d (decision|context) /,
    'a batch without evaluations is a single one',
  ],
]

describe(`what reflection tells${skippedWithoutCerbos(found)}`, () => {
  if ('missing' in found) return

  let cerbos: CerbosServer
  let server: RunningServer
  let theirs: ReflectedServer
  let ours: ReflectedServer
  beforeAll(async () => {
    const config = { server: { playgroundEnabled: true, adminAPI: { enabled: true } } }
    cerbos = await startCerbos({ policies: POLICIES, config })
    const policies = await loadPolicies(sqliteStore(':memory:'), { compat: 'cerbos' })
    server = await startServer({
      engine: policies.engine,
      policies,
      playgroundEnabled: true,
      admin: { credentials: { username: 'cerbos', passwordHash: '' } },
      httpListenAddr: '127.0.0.1:0',
      grpcListenAddr: '127.0.0.1:0',
    })
    theirs = await reflect(cerbos.grpcAddress)
    ours = await reflect(server.grpcAddress ?? '')
  })
  afterAll(async () => {
    await server?.close()
    await cerbos?.stop()
  })

  test('every service of Cerbos is there, and search', () => {
    const wanted = theirs.services.filter((name) => !NOT_OURS.has(name))
    expect(ours.services).toEqual(
      [...wanted, 'authzen.authorization.v1.SearchService'].toSorted(byName),
    )
    expect([...NOT_OURS.keys()].every((name) => theirs.services.includes(name))).toBe(true)
  })

  test('each has the methods, messages, fields, numbers and types of Cerbos', () => {
    const their = linesOf(theirs)
    const our = linesOf(ours)
    const less = [...their].filter((line) => !our.has(line))
    const more = [...our].filter((line) => !their.has(line))
    expect(less.filter(isUnknownTo(LESS))).toEqual([])
    expect(more.filter(isUnknownTo(MORE))).toEqual([])
    // A difference that is there no more is not to stay in the tables.
    const isThere = (lines: readonly string[], pattern: RegExp) =>
      lines.some((line) => pattern.test(line))
    expect(LESS.filter(([pattern]) => !isThere(less, pattern))).toEqual([])
    expect(MORE.filter(([pattern]) => !isThere(more, pattern))).toEqual([])
    expect(their.size).toBeGreaterThan(500)
  })

  test.each(['Check', 'List'])('health answers %s as Cerbos does', async (name) => {
    const answers = [
      [cerbos.grpcAddress, theirs.registry],
      [server.grpcAddress ?? '', ours.registry],
    ] as const
    const [their, our] = await Promise.all(
      answers.map(([address, registry]) => {
        const method = registry
          .getService('grpc.health.v1.Health')
          ?.methods.find((each) => each.name === name)
        if (method === undefined) throw new Error(`there is no ${name}`)
        return callOverGrpc({ address, method, message: {}, registry })
      }),
    )
    expect(our).toEqual(their)
  })
})

function byName(a: string, b: string): number {
  return a < b ? -1 : 1
}

function isUnknownTo(known: typeof LESS): (line: string) => boolean {
  return (line) => !known.some(([pattern]) => pattern.test(line))
}

/** Everything that a client could depend on, of the services that both have, a line each. */
function linesOf({ services, registry }: ReflectedServer): ReadonlySet<string> {
  const described = services
    .filter((name) => !NOT_OURS.has(name) && name !== 'authzen.authorization.v1.SearchService')
    .map((name) => registry.getService(name))
  return new Set(described.flatMap((service) => (service ? serviceLines(service) : [])))
}

function serviceLines(service: DescService): readonly string[] {
  const lines = service.methods.map(
    ({ name, methodKind, input, output }) =>
      `${service.typeName}/${name}(${input.typeName}): ${output.typeName}, ${methodKind}`,
  )
  const seen = new Set<DescMessage | DescEnum>()
  const waiting = service.methods.flatMap(({ input, output }) => [input, output])
  for (let message = waiting.pop(); message; message = waiting.pop()) {
    if (seen.has(message)) continue
    seen.add(message)
    for (const field of message.fields) {
      lines.push(`${message.typeName} ${fieldLine(field)}`)
      if (field.message) waiting.push(field.message)
      if (field.enum && !seen.has(field.enum)) lines.push(...enumLines(field.enum))
      if (field.enum) seen.add(field.enum)
    }
  }
  return lines
}

function enumLines({ typeName, values }: DescEnum): readonly string[] {
  return values.map(({ name, number }) => `${typeName} ${name} = ${number}`)
}

function fieldLine(field: DescField): string {
  const { name, jsonName, number, oneof, fieldKind } = field
  const type = field.message?.typeName ?? field.enum?.typeName ?? ScalarType[field.scalar ?? 0]
  const kind = fieldKind === 'list' || fieldKind === 'map' ? `${fieldKind} of ` : ''
  const key = fieldKind === 'map' ? `${ScalarType[field.mapKey]} to ` : ''
  return `${number} ${name} (${jsonName}): ${kind}${key}${type}${oneof ? ` in ${oneof.name}` : ''}`
}
