import type { Globals } from '@lockstitch/engine'

import type { AuditConfig, FileBackend, LocalBackend } from '../audit/audit-config.ts'
import type { AuxDataConfig } from '../auxdata/config.ts'
import { type AdminCredentials, isPasswordHash } from '../commands/admin/admin.ts'
import type { CorsOptions } from '../http/cors.ts'
import type { HttpTimeouts } from '../listen/http.ts'
import type { TlsFiles } from '../listen/tls.ts'
import { DEFAULT_LIMITS, type RequestLimits } from '../pdp.ts'
import type { SettingsReader } from './settings-reader.ts'
import { readStorage, type StorageConfig } from './storage.ts'

/** Whose defaults hold: those of Cerbos let a DENY rule be skipped whose condition fails. */
export type Defaults = 'cerbos' | 'lockstitch'

/** A configuration with all defaults filled in. Durations are milliseconds. */
export interface Config {
  readonly server: ServerConfig
  readonly engine: EngineConfig
  readonly schemaEnforcement: 'none' | 'warn' | 'reject'
  readonly auxData: AuxDataConfig
  readonly storage: StorageConfig
  /** Undefined where nothing is written down. */
  readonly audit: AuditConfig | undefined
  readonly defaults: Defaults
  /** How many processes serve. */
  readonly workers: number
}

interface ServerConfig {
  readonly httpListenAddr: string
  readonly grpcListenAddr: string
  readonly udsFileMode: number
  readonly tls: TlsFiles | undefined
  readonly cors: CorsOptions
  readonly metricsEnabled: boolean
  readonly apiExplorerEnabled: boolean
  readonly requestLimits: RequestLimits
  readonly timeouts: HttpTimeouts
  readonly maxRequestBytes: number
  readonly maxConcurrentStreams: number
  readonly maxConnectionAge: number
  /** Undefined where the admin API is switched off. */
  readonly adminCredentials: AdminCredentials | undefined
  readonly playgroundEnabled: boolean
  /** Of Lockstitch alone: `lockstitch.explainEnabled`. */
  readonly explainEnabled: boolean
  /** Of Lockstitch alone: `lockstitch.drainDelay`. */
  readonly drainDelay: number
}

interface EngineConfig {
  readonly defaultPolicyVersion: string
  readonly defaultScope: string
  readonly globals: Globals
  readonly lenientScopeSearch: boolean
  readonly strictEvaluation: boolean
}

/**
 * Reads a configuration: the keys and the defaults are those of Cerbos, but for three that
 * `lockstitch.yaml` has otherwise, because they fail closed or save a restart.
 *
 * @see https://docs.cerbos.dev/cerbos/0.55.0/configuration
 */
export function readConfig(reader: SettingsReader, defaultsOfFile: Defaults): Config {
  const own = reader.section('lockstitch')
  const defaults = own.choice('defaults', ['cerbos', 'lockstitch'], defaultsOfFile)
  const schema = reader.section('schema')
  schema.ignore('cacheSize')
  const config: Config = {
    server: {
      ...readServer(reader.section('server'), defaults),
      explainEnabled: own.boolean('explainEnabled', false),
      drainDelay: own.duration('drainDelay', 0),
    },
    engine: readEngine(reader.section('engine'), defaults),
    schemaEnforcement: schema.choice('enforcement', ['none', 'warn', 'reject'], 'none'),
    auxData: readAuxData(reader.section('auxData')),
    storage: readStorage(reader.section('storage'), defaults),
    audit: readAudit(reader.section('audit'), own),
    defaults,
    workers: own.integer('workers', 1, { least: 1, most: 256 }),
  }
  if (config.workers > 1) requireShared(own, config)
  // What is of Cerbos alone: its cloud, its statistics, and what it does not heed any more itself.
  reader.ignore('hub', 'telemetry', 'compile', 'tracing')
  reader.finish()
  return config
}

/** What one process has to itself the others would not know of. */
function requireShared(own: SettingsReader, { storage }: Config): void {
  if (storage.driver === 'sqlite3' && storage.dsn.includes(':memory:'))
    own.report('workers', 'a database in memory is for one process')
}

function readServer(
  reader: SettingsReader,
  defaults: Defaults,
): Omit<ServerConfig, 'explainEnabled' | 'drainDelay'> {
  reader.ignore('logRequestPayloads', 'embeddedMode')
  const advanced = reader.section('advanced')
  const http = advanced.section('http')
  const grpc = advanced.section('grpc')
  // An answer is written at once.
  http.ignore('writeTimeout')
  grpc.ignore('connectionTimeout')
  const limits = reader.section('requestLimits')
  const most = { least: 1, most: 500 }
  return {
    httpListenAddr: reader.text('httpListenAddr', ':3592'),
    grpcListenAddr: reader.text('grpcListenAddr', ':3593'),
    udsFileMode: readFileMode(reader),
    tls: readTlsFiles(reader),
    cors: readCors(reader.section('cors')),
    metricsEnabled: reader.boolean('metricsEnabled', true),
    apiExplorerEnabled: reader.boolean('apiExplorerEnabled', true),
    requestLimits: {
      maxActionsPerResource: limits.integer(
        'maxActionsPerResource',
        DEFAULT_LIMITS.maxActionsPerResource,
        most,
      ),
      maxResourcesPerRequest: limits.integer(
        'maxResourcesPerRequest',
        DEFAULT_LIMITS.maxResourcesPerRequest,
        most,
      ),
    },
    timeouts: {
      readTimeout: http.duration('readTimeout', 30_000),
      readHeaderTimeout: http.duration('readHeaderTimeout', 15_000),
      idleTimeout: http.duration('idleTimeout', 120_000),
    },
    maxRequestBytes: grpc.integer('maxRecvMsgSizeBytes', 4 * 1024 * 1024, { least: 1 }),
    maxConcurrentStreams: grpc.integer('maxConcurrentStreams', 1024),
    maxConnectionAge: grpc.duration('maxConnectionAge', 600_000),
    adminCredentials: readAdmin(reader.section('adminAPI'), defaults),
    playgroundEnabled: reader.boolean('playgroundEnabled', false),
  }
}

/** `0o766`, which is a number in YAML and a text in JSON. */
function readFileMode(reader: SettingsReader): number {
  const text = reader.text('udsFileMode', '0o766')
  const mode = Number(/^0[0-7]+$/.test(text) ? `0o${text}` : text)
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) return mode
  reader.report('udsFileMode', 'expected a file mode such as `0o766`')
  return 0o700
}

function readTlsFiles(reader: SettingsReader): TlsFiles | undefined {
  const tls = reader.section('tls')
  const [cert, key, caCert] = [tls.text('cert'), tls.text('key'), tls.text('caCert')]
  tls.ignore('watchInterval')
  if (!cert && !key && !caCert) return undefined
  // Without one of them it would listen unencrypted, which nobody who names the other means.
  if (!cert) tls.report('cert', 'is needed for TLS')
  if (!key) tls.report('key', 'is needed for TLS')
  return { cert: cert ?? '', key: key ?? '', ...(caCert && { caCert }) }
}

function readCors(reader: SettingsReader): CorsOptions {
  const allowedOrigins = reader.texts('allowedOrigins')
  const allowedHeaders = reader.texts('allowedHeaders')
  const maxAge = reader.duration('maxAge')
  return {
    disabled: reader.boolean('disabled', false),
    ...(allowedOrigins && { allowedOrigins }),
    ...(allowedHeaders && { allowedHeaders }),
    ...(maxAge !== undefined && { maxAge: Math.floor(maxAge / 1000) }),
  }
}

/** Of Cerbos, where the configuration has none: the password is `cerbosAdmin`. */
export const DEFAULT_CREDENTIALS: AdminCredentials = {
  username: 'cerbos',
  passwordHash: 'JDJiJDEwJHVvQ2hteTZZYzBSUXVSVzBGNzE3VHVXTVdlWi9kM05Dd1NuSHZ1dENJV09nRHUzUllBcFpH',
}

/** Whoever has the password changes what others may do: only Cerbos's own files may leave it to us. */
function readAdmin(reader: SettingsReader, defaults: Defaults): AdminCredentials | undefined {
  const credentials = reader.section('adminCredentials')
  const isEnabled = reader.boolean('enabled', false)
  const take = (name: keyof AdminCredentials): string => {
    const value = credentials.text(name)
    if (value === undefined && defaults === 'cerbos') return DEFAULT_CREDENTIALS[name]
    if (!value && isEnabled) credentials.report(name, 'is needed for the admin API')
    return value ?? ''
  }
  const [username, passwordHash] = [take('username'), take('passwordHash')]
  if (!isEnabled) return undefined
  if (passwordHash && !isPasswordHash(passwordHash))
    credentials.report('passwordHash', 'expected a hash by bcrypt, in base64')
  return { username, passwordHash }
}

function readEngine(reader: SettingsReader, defaults: Defaults): EngineConfig {
  reader.ignore('celErrorLogLevel', 'policyLoaderTimeout', 'numWorkers')
  const isOurs = defaults === 'lockstitch'
  return {
    defaultPolicyVersion: reader.text('defaultPolicyVersion', 'default') || 'default',
    defaultScope: reader.text('defaultScope', ''),
    // What YAML reads is JSON with integers, but for what nobody writes into a configuration.
    globals: (reader.record('globals') ?? {}) as Globals,
    lenientScopeSearch: reader.boolean('lenientScopeSearch', isOurs),
    strictEvaluation: reader.boolean('strictEvaluation', isOurs),
  }
}

function readAuxData(reader: SettingsReader): AuxDataConfig {
  const jwt = reader.section('jwt')
  jwt.ignore('cacheSize')
  const acceptableTimeSkew = jwt.duration('acceptableTimeSkew')
  return {
    disableVerification: jwt.boolean('disableVerification', false),
    ...(acceptableTimeSkew !== undefined && { acceptableTimeSkew }),
    keySets: jwt.sections('keySets').map((keySet) => {
      const [remote, local, insecure] = ['remote', 'local', 'insecure'].map((name) =>
        keySet.has(name) ? keySet.section(name) : undefined,
      )
      return {
        id: keySet.text('id', ''),
        ...(remote && { remote: { url: remote.text('url', ''), ...interval(remote) } }),
        ...(local && {
          local: {
            ...given('data', local),
            ...given('file', local),
            pem: local.boolean('pem', false),
          },
        }),
        ...(insecure && {
          insecure: {
            optionalAlg: insecure.boolean('optionalAlg', false),
            optionalKid: insecure.boolean('optionalKid', false),
          },
        }),
      }
    }),
  }
}

function interval(remote: SettingsReader): { readonly refreshInterval?: number } {
  const refreshInterval = remote.duration('refreshInterval')
  return refreshInterval === undefined ? {} : { refreshInterval }
}

function given<Name extends string>(
  name: Name,
  reader: SettingsReader,
): { readonly [name in Name]?: string } {
  const text = reader.text(name)
  // The one name that is there.
  return text === undefined ? {} : ({ [name]: text } as { [name in Name]: string })
}

/** What a server does not write down must not be missed afterwards: it does not start without it. */
function readAudit(reader: SettingsReader, own: SettingsReader): AuditConfig | undefined {
  reader.ignore('kafka', 'hub')
  const local = readLocalAudit(reader.section('local'))
  const file = readAuditFile(reader.section('file'))
  const backend = reader.text('backend', 'local')
  const filters = reader.section('decisionLogFilters')
  const plans = filters.section('planResources')
  const isEnabled = reader.boolean('enabled', false)
  const config: AuditConfig = {
    accessLogs: reader.boolean('accessLogsEnabled', true),
    decisionLogs: reader.boolean('decisionLogsEnabled', true),
    filters: {
      ignoreAllowAll: filters.section('checkResources').boolean('ignoreAllowAll', false),
      ignoreAllPlans: plans.boolean('ignoreAll', false),
      ignoreAlwaysAllow: plans.boolean('ignoreAlwaysAllow', false),
    },
    metadata: {
      include: lowerCased(reader.texts('includeMetadataKeys')),
      exclude: lowerCased(reader.texts('excludeMetadataKeys')),
    },
    backend: backend === 'local' ? local : file,
    onFailure: own.choice('auditFailure', ['count', 'refuse'], 'count'),
  }
  if (!isEnabled) return undefined
  if (!['file', 'local'].includes(backend))
    reader.report('backend', `\`${backend}\` is not there: only \`file\` and \`local\` are`)
  if (backend === 'local' && local.directory === '')
    reader.report('local.storagePath', 'is needed for the backend `local`')
  return config.accessLogs || config.decisionLogs ? config : undefined
}

function lowerCased(names: readonly string[] = []): readonly string[] {
  return names.map((name) => name.toLowerCase())
}

function readAuditFile(file: SettingsReader): FileBackend {
  const rotation = file.section('logRotation')
  return {
    kind: 'file',
    paths: [file.text('path', 'stdout'), ...(file.texts('additionalPaths') ?? [])],
    rotation: {
      maxFileSizeMB: rotation.integer('maxFileSizeMB', 0),
      maxFileAgeDays: rotation.integer('maxFileAgeDays', 0),
      maxFileCount: rotation.integer('maxFileCount', 0),
    },
  }
}

/** The defaults are Cerbos's. */
function readLocalAudit(local: SettingsReader): LocalBackend {
  const advanced = local.section('advanced')
  // How Cerbos's database is kept small and filled; ours does both when it is written.
  advanced.ignore('maxBatchSize', 'gcInterval')
  return {
    kind: 'local',
    directory: local.text('storagePath', ''),
    retention: local.duration('retentionPeriod', 7 * 86_400_000),
    flushInterval: advanced.duration('flushInterval', 1_000),
    bufferSize: advanced.integer('bufferSize', 2_048, { least: 1 }),
  }
}
