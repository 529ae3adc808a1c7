import { GIT_PROTOCOLS, isUrlOf } from '../store/git/git-access.ts'
import type { GitStoreOptions } from '../store/git/git-store.ts'
import type { Defaults } from './config.ts'
import type { SettingsReader } from './settings-reader.ts'

/** Where the policies are. */
export type StorageConfig = SingleStorage | OverlayStorage

type SingleStorage =
  | { readonly driver: 'disk'; readonly directory: string; readonly watchForChanges: boolean }
  | ({ readonly driver: 'git' } & GitStoreOptions)
  | { readonly driver: 'sqlite3'; readonly dsn: string }

interface OverlayStorage {
  readonly driver: 'overlay'
  readonly base: SingleStorage
  readonly fallback: SingleStorage
  readonly fallbackErrorThreshold: number
  readonly fallbackErrorWindow: number
}

/** Reads Cerbos's `storage`. As there, the settings of drivers that are not chosen may stay. */
export function readStorage(reader: SettingsReader, defaults: Defaults): StorageConfig {
  const driver = reader.choice('driver', [...THERE, 'overlay', ...NOT_YET], 'disk')
  const storage =
    driver === 'overlay'
      ? readOverlay(reader, defaults)
      : readSingle(reader, { of: reader, name: 'driver', driver }, defaults)
  reader.ignore(...THERE, ...NOT_YET, 'overlay')
  return storage
}

const THERE = ['disk', 'git', 'sqlite3'] as const
const NOT_YET = ['blob', 'mysql', 'postgres', 'hub'] as const

/** The setting that names a driver. */
interface Choice {
  readonly of: SettingsReader
  readonly name: string
  readonly driver: string | undefined
}

function readSingle(
  reader: SettingsReader,
  { of, name, driver }: Choice,
  defaults: Defaults,
): SingleStorage {
  switch (driver) {
    case 'git':
      return { driver, ...readGit(reader.section('git')) }
    case 'sqlite3':
      // Cerbos's: one that is gone with the process.
      return { driver, dsn: reader.section('sqlite3').text('dsn', ':memory:') || ':memory:' }
    case 'disk':
      break
    default:
      of.report(
        name,
        driver === undefined
          ? 'is needed'
          : `\`${driver}\` is not there yet: only ${THERE.map((each) => `\`${each}\``).join(', ')} are`,
      )
  }
  const disk = reader.section('disk')
  return {
    driver: 'disk',
    directory: disk.text('directory', 'policies'),
    watchForChanges: disk.boolean('watchForChanges', defaults === 'lockstitch'),
  }
}

function readOverlay(reader: SettingsReader, defaults: Defaults): OverlayStorage {
  const of = reader.section('overlay')
  const [base, fallback] = ['baseDriver', 'fallbackDriver'].map((name) => {
    const driver = of.text(name) || undefined
    return { driver, storage: readSingle(reader, { of, name, driver }, defaults) }
  }) as [Part, Part] // One for each name.
  if (base.driver !== undefined && base.driver === fallback.driver)
    of.report('fallbackDriver', 'is the driver of the base too')
  return {
    driver: 'overlay',
    base: base.storage,
    fallback: fallback.storage,
    fallbackErrorThreshold: of.integer('fallbackErrorThreshold', 5, { least: 1 }),
    fallbackErrorWindow: of.duration('fallbackErrorWindow', 300_000),
  }
}

interface Part {
  readonly driver: string | undefined
  readonly storage: SingleStorage
}

function readGit(git: SettingsReader): GitStoreOptions {
  const protocol = git.choice('protocol', GIT_PROTOCOLS, 'https')
  if (!git.has('protocol')) git.report('protocol', `is needed: ${GIT_PROTOCOLS.join(', ')}`)
  const url = git.text('url', '')
  if (url === '') git.report('url', 'is needed')
  // A password for HTTPS must not go out by HTTP.
  else if (!isUrlOf(protocol, url)) git.report('url', `is not one of the protocol \`${protocol}\``)
  const [https, ssh] = [git.section('https'), git.section('ssh')]
  const given = {
    branch: git.text('branch') || undefined,
    subDir: git.text('subDir') || undefined,
    checkoutDir: git.text('checkoutDir') || undefined,
    updatePollInterval: git.duration('updatePollInterval'),
    operationTimeout: git.duration('operationTimeout') || undefined,
  }
  return {
    protocol,
    url,
    ...withoutUndefined(given),
    https: withoutUndefined({ username: https.text('username'), password: https.text('password') }),
    ssh: withoutUndefined({
      user: ssh.text('user') || undefined,
      privateKeyFile: ssh.text('privateKeyFile') || undefined,
      password: ssh.text('password'),
    }),
  }
}

type Given<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> }

function withoutUndefined<Values extends object>(values: Values): Given<Values> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  // The rest of the same fields.
  return Object.fromEntries(entries) as Given<Values>
}
