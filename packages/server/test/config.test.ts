// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of configurations
import { describe, expect, test } from 'vitest'

import { parseDuration } from '../src/config/duration.ts'
import { loadConfig } from '../src/config/load-config.ts'

/** By bcrypt, of `a secret`. */
const HASH = 'JDJiJDA0JFkxSE53TFROcmxZNGVueENDVTZBeGVoemVlWlpjQ3llekVkYlZFOEI1MUZ6ZnpwLjhpOFNh'

function load(text: string, options: Partial<Parameters<typeof loadConfig>[0]> = {}) {
  return loadConfig({ file: '.cerbos.yaml', text, env: {}, ...options })
}

function refusal(text: string, options: Partial<Parameters<typeof loadConfig>[0]> = {}): string {
  try {
    load(text, options)
  } catch (error) {
    if (error instanceof Error && error.name === 'ConfigError') return error.message
    throw error
  }
  return 'accepted'
}

describe('a configuration', () => {
  test('of Cerbos has its defaults', () => {
    expect(load('')).toMatchObject({
      defaults: 'cerbos',
      engine: {
        strictEvaluation: false,
        lenientScopeSearch: false,
        defaultPolicyVersion: 'default',
        defaultScope: '',
        globals: {},
      },
      schemaEnforcement: 'none',
      storage: { driver: 'disk', watchForChanges: false },
      server: {
        httpListenAddr: ':3592',
        grpcListenAddr: ':3593',
        udsFileMode: 0o766,
        requestLimits: { maxActionsPerResource: 50, maxResourcesPerRequest: 50 },
        maxRequestBytes: 4_194_304,
        timeouts: { readTimeout: 30_000, readHeaderTimeout: 15_000, idleTimeout: 120_000 },
      },
    })
  })

  test.each(['lockstitch.yaml', '/etc/lockstitch.yml', 'lockstitch.production.yaml'])(
    'in %s fails closed and sees edits',
    (file) => {
      expect(load('', { file })).toMatchObject({
        defaults: 'lockstitch',
        engine: { strictEvaluation: true, lenientScopeSearch: true },
        storage: { watchForChanges: true },
      })
    },
  )

  test('may choose whose defaults hold', () => {
    const text = 'lockstitch: { defaults: lockstitch }\nengine: { lenientScopeSearch: false }'
    expect(load(text).engine).toMatchObject({ strictEvaluation: true, lenientScopeSearch: false })
  })

  test('has everything that Cerbos has', () => {
    const config = load(`
server:
  httpListenAddr: "127.0.0.1:8080"
  grpcListenAddr: "unix:/tmp/cerbos.sock"
  udsFileMode: 0o700
  tls: { cert: c.pem, key: k.pem, caCert: ca.pem }
  cors: { allowedOrigins: ["https://*.example"], allowedHeaders: [accept], maxAge: 10m }
  metricsEnabled: false
  apiExplorerEnabled: false
  logRequestPayloads: false
  requestLimits: { maxActionsPerResource: 500, maxResourcesPerRequest: 1 }
  adminAPI: { enabled: true, adminCredentials: { username: a, passwordHash: ${HASH} } }
  advanced:
    http: { readTimeout: 1s, readHeaderTimeout: 1m30s, writeTimeout: 1s, idleTimeout: 1h }
    grpc: { maxRecvMsgSizeBytes: 1024, maxConcurrentStreams: 8, maxConnectionAge: 60s, connectionTimeout: 60s }
engine: { defaultPolicyVersion: v1, defaultScope: acme, globals: { env: test }, strictEvaluation: true, celErrorLogLevel: none }
schema: { enforcement: reject, cacheSize: 10 }
auxData:
  jwt:
    acceptableTimeSkew: 2s
    keySets:
      - { id: a, remote: { url: "https://a.example/jwks", refreshInterval: 1h } }
      - { id: b, local: { file: key.jwk }, insecure: { optionalAlg: true, optionalKid: true } }
storage: { driver: disk, disk: { directory: /policies, watchForChanges: true } }
telemetry: { disabled: true }
audit: { enabled: false, backend: file, file: { path: stdout } }
hub: { credentials: { clientID: x } }
compile: { cacheSize: 1 }
`)
    expect(config).toMatchObject({
      server: {
        httpListenAddr: '127.0.0.1:8080',
        grpcListenAddr: 'unix:/tmp/cerbos.sock',
        udsFileMode: 0o700,
        tls: { cert: 'c.pem', key: 'k.pem', caCert: 'ca.pem' },
        cors: { allowedOrigins: ['https://*.example'], allowedHeaders: ['accept'], maxAge: 600 },
        metricsEnabled: false,
        requestLimits: { maxActionsPerResource: 500, maxResourcesPerRequest: 1 },
        adminCredentials: { username: 'a', passwordHash: HASH },
        timeouts: { readTimeout: 1_000, readHeaderTimeout: 90_000, idleTimeout: 3_600_000 },
        maxRequestBytes: 1024,
        maxConcurrentStreams: 8,
        maxConnectionAge: 60_000,
      },
      engine: {
        defaultPolicyVersion: 'v1',
        defaultScope: 'acme',
        globals: { env: 'test' },
        strictEvaluation: true,
      },
      schemaEnforcement: 'reject',
      auxData: {
        acceptableTimeSkew: 2_000,
        keySets: [
          { id: 'a', remote: { url: 'https://a.example/jwks', refreshInterval: 3_600_000 } },
          {
            id: 'b',
            local: { file: 'key.jwk' },
            insecure: { optionalAlg: true, optionalKid: true },
          },
        ],
      },
      storage: { directory: '/policies', watchForChanges: true },
    })
  })

  test.each<[string, string, string]>([
    [
      'a misspelt setting',
      'server:\n  htpListenAddr: ":1"',
      '.cerbos.yaml:2: `server.htpListenAddr`: unknown setting; did you mean `httpListenAddr`?',
    ],
    [
      'a misspelt part',
      'sevrer: {}',
      '.cerbos.yaml:1: `sevrer`: unknown setting; did you mean `server`?',
    ],
    [
      'an unknown setting in a list',
      'auxData:\n  jwt:\n    keySets:\n      - id: a\n        lokal: {}',
      '.cerbos.yaml:5: `auxData.jwt.keySets.0.lokal`: unknown setting; did you mean `local`?',
    ],
    [
      'a value of another sort',
      'engine: { strictEvaluation: perhaps }',
      '.cerbos.yaml:1: `engine.strictEvaluation`: expected `true` or `false`',
    ],
    [
      'a limit out of bounds',
      'server: { requestLimits: { maxActionsPerResource: 501 } }',
      '.cerbos.yaml:1: `server.requestLimits.maxActionsPerResource`: expected a whole number from 1 to 500',
    ],
    [
      'a misspelt choice',
      'schema: { enforcement: rejct }',
      '.cerbos.yaml:1: `schema.enforcement`: expected one of none, warn, reject; did you mean `reject`?',
    ],
    [
      'half of a certificate',
      'server: { tls: { cert: a.pem } }',
      '.cerbos.yaml:1: `server.tls.key`: is needed for TLS',
    ],
    [
      'a password in the place of its hash',
      'server: { adminAPI: { enabled: true, adminCredentials: { passwordHash: secret } } }',
      '.cerbos.yaml:1: `server.adminAPI.adminCredentials.passwordHash`: expected a hash by bcrypt, in base64',
    ],
    [
      'no password for anybody',
      'lockstitch: { defaults: lockstitch }\nserver: { adminAPI: { enabled: true, adminCredentials: { username: a } } }',
      '.cerbos.yaml:2: `server.adminAPI.adminCredentials.passwordHash`: is needed for the admin API',
    ],
    [
      'a misspelt setting of SQLite',
      'storage: { driver: sqlite3, sqlite3: { dns: x } }',
      '.cerbos.yaml:1: `storage.sqlite3.dns`: unknown setting; did you mean `dsn`?',
    ],
    [
      'a store that is not there',
      'storage: { driver: postgres, postgres: { url: x } }',
      '.cerbos.yaml:1: `storage.driver`: `postgres` is not there yet: only `disk`, `git`, `sqlite3` are',
    ],
    [
      'an audit log that is not there',
      'audit: { enabled: true, backend: kafka }',
      '.cerbos.yaml:1: `audit.backend`: `kafka` is not there: only `file` and `local` are',
    ],
    [
      'a local audit log without a place',
      'audit: { enabled: true }',
      '.cerbos.yaml:1: `audit.local.storagePath`: is needed for the backend `local`',
    ],
    [
      'a filter that there is not',
      'audit: { decisionLogFilters: { planResources: { ignoreAl: true } } }',
      '`audit.decisionLogFilters.planResources.ignoreAl`: unknown setting; did you mean `ignoreAll`?',
    ],
    ['text instead of settings', 'hello', 'the configuration: expected settings by name'],
    ['what is no YAML', 'a: [', '.cerbos.yaml: Flow sequence in block collection'],
  ])('with %s is refused, with the place', (_, text, message) => {
    expect(refusal(text)).toContain(message)
  })

  test('says what is written down, and where', () => {
    const audit = (more: string): string => `
audit:
  enabled: true
  backend: file
  file: { path: a.log, additionalPaths: [stdout], logRotation: { maxFileSizeMB: 10 } }
  ${more}`
    const filters =
      'decisionLogFilters: { checkResources: { ignoreAllowAll: true }, planResources: { ignoreAlwaysAllow: true } }'
    expect(load(audit(filters)).audit).toEqual({
      accessLogs: true,
      decisionLogs: true,
      filters: { ignoreAllowAll: true, ignoreAllPlans: false, ignoreAlwaysAllow: true },
      metadata: { include: [], exclude: [] },
      backend: {
        kind: 'file',
        paths: ['a.log', 'stdout'],
        rotation: { maxFileSizeMB: 10, maxFileAgeDays: 0, maxFileCount: 0 },
      },
      onFailure: 'count',
    })
    expect(load(audit('includeMetadataKeys: [X-Tenant]')).audit?.metadata.include).toEqual([
      'x-tenant',
    ])
    const none = 'accessLogsEnabled: false, decisionLogsEnabled: false'.replace(', ', '\n  ')
    expect(load(audit(none)).audit).toBeUndefined()
    const local = 'audit: { enabled: true, local: { storagePath: /audit, retentionPeriod: 24h } }'
    expect(load(`lockstitch: { auditFailure: refuse }\n${local}`).audit).toMatchObject({
      backend: { kind: 'local', directory: '/audit', retention: 86_400_000, bufferSize: 2048 },
      onFailure: 'refuse',
    })
  })

  test('may switch on explanations', () => {
    expect(load('lockstitch: { explainEnabled: true }').server.explainEnabled).toBe(true)
    expect(load('', { file: 'lockstitch.yaml' }).server.explainEnabled).toBe(false)
  })

  test('takes the admin API and SQLite, and what is beside them', () => {
    const text = 'storage: { driver: sqlite3, sqlite3: { dsn: a.db }, disk: { x: 1 }, git: {} }'
    const { server, storage } = load(`server: { adminAPI: { enabled: true } }\n${text}`)
    expect(storage).toEqual({ driver: 'sqlite3', dsn: 'a.db' })
    expect(server.adminCredentials).toMatchObject({ username: 'cerbos' })
    expect(load('').server.adminCredentials).toBeUndefined()
    expect(load('storage: { sqlite3: { dsn: a.db } }').storage.driver).toBe('disk')
  })

  test('tells every mistake at once', () => {
    expect(refusal('a: 1\nb: 2').split('\n')).toHaveLength(2)
  })
})

describe('variables of the environment', () => {
  const env = { DIR: '/data', EMPTY: '' }
  test.each([
    ['${DIR}', '/data'],
    ['${DIR}/p', '/data/p'],
    ['${DIR:/other}', '/data'],
    ['${NOT:/other}', '/other'],
    ['"${NOT:}x"', 'x'],
    ['"x${EMPTY}"', 'x'],
    ['$$DIR', '$DIR'],
    ['"$${DIR}"', '${DIR}'],
  ])('%s is %s', (text, directory) => {
    const config = load(`storage: { disk: { directory: ${text} } }`, { env })
    expect(config.storage).toMatchObject({ directory })
  })

  test('that nobody has set are an error, all of them', () => {
    expect(refusal('server: { httpListenAddr: "${A}", grpcListenAddr: "${B}" }')).toBe(
      '.cerbos.yaml: variables of the environment are not set: `A`, `B`',
    )
  })
})

describe('settings of the command line', () => {
  test.each<[readonly string[], object]>([
    [['server.httpListenAddr=:8080'], { server: { httpListenAddr: ':8080' } }],
    [
      ['server.httpListenAddr=:1,server.grpcListenAddr=:2'],
      { server: { httpListenAddr: ':1', grpcListenAddr: ':2' } },
    ],
    [
      ['engine.strictEvaluation=true', 'schema.enforcement=warn'],
      { engine: { strictEvaluation: true }, schemaEnforcement: 'warn' },
    ],
    [
      ['server.cors.allowedOrigins={https://a,https://b}'],
      { server: { cors: { allowedOrigins: ['https://a', 'https://b'] } } },
    ],
    [['storage.disk.directory=a\\,b=c'], { storage: { directory: 'a,b=c' } }],
    [['engine.globals.n=5', 'engine.globals.t=05'], { engine: { globals: { n: 5n, t: '05' } } }],
  ])('%j win over the file', (set, expected) => {
    const text = 'server: { httpListenAddr: ":9" }\nstorage: { driver: disk }'
    expect(load(text, { set })).toMatchObject(expected)
  })

  test.each([
    ['server', '--set: expected NAME=VALUE, got `server`'],
    ['=x', '--set: expected NAME=VALUE, got `=x`'],
    ['server.htp=1', 'unknown setting'],
  ])('`%s` is refused', (set, message) => {
    expect(refusal('', { set: [set] })).toContain(message)
  })
})

test.each<[string, number | undefined]>([
  ['0', 0],
  ['30s', 30_000],
  ['1h30m', 5_400_000],
  ['500ms', 500],
  ['1.5s', 1_500],
  ['.5s', 500],
  ['1us', 0.001],
  ['', undefined],
  ['5', undefined],
  ['s', undefined],
  ['-1s', undefined],
  ['1d', undefined],
])('the duration `%s` is %s ms', (text, millis) => {
  expect(parseDuration(text)).toBe(millis)
})
