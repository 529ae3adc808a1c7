import { AuxDataError } from './errors.ts'

/**
 * How tokens are verified: the `auxData.jwt` block of Cerbos, with durations in milliseconds.
 * @see https://docs.cerbos.dev/cerbos/0.55.0/configuration/auxdata
 */
export interface AuxDataConfig {
  /** The keys that tokens are signed with. Where there is one set, requests need not name it. */
  readonly keySets?: readonly KeySetConfig[]
  /** Takes tokens on trust: no signature is looked at, only the times. For development alone. */
  readonly disableVerification?: boolean
  /** Milliseconds by which the clock of an issuer may differ. */
  readonly acceptableTimeSkew?: number
}

/** A set of keys, from one of two places. */
export interface KeySetConfig {
  /** By which requests name it. */
  readonly id: string
  readonly remote?: RemoteSource
  readonly local?: LocalSource
  readonly insecure?: InsecureOptions
}

/** A JWK set behind a URL. */
export interface RemoteSource {
  readonly url: string
  /** Milliseconds after which it is fetched again. Otherwise the answer's headers say, or it is an hour. */
  readonly refreshInterval?: number
}

/** A JWK set, one JWK, or PEM. Either `data` or `file`. */
export interface LocalSource {
  /** The content in base64. */
  readonly data?: string
  /** The path of a file that holds the content. */
  readonly file?: string
  /** The content is PEM. Such keys have neither `kid` nor `alg`: both `insecure` options are needed. */
  readonly pem?: boolean
}

/** What keys may lack. */
export interface InsecureOptions {
  /** Keys may lack `alg`: the type of the key says which algorithms are accepted. */
  readonly optionalAlg?: boolean
  /** Keys and tokens may lack `kid`: every key of the set is tried. */
  readonly optionalKid?: boolean
}

/** Refuses a configuration that cannot be meant. @throws {AuxDataError} with every mistake in it. */
export function assertConfig(config: AuxDataConfig): void {
  const problems = [...configProblems(config)]
  if (problems.length > 0)
    throw new AuxDataError('config-invalid', `auxData.jwt: ${problems.join('; ')}`)
}

function* configProblems({ keySets = [], acceptableTimeSkew }: AuxDataConfig): Iterable<string> {
  if (!isDuration(acceptableTimeSkew ?? 0))
    yield '`acceptableTimeSkew` must be a number of milliseconds that is not negative'
  const ids = new Set<string>()
  for (const keySet of keySets) {
    if (keySet.id === '') yield 'a key set has no `id`'
    else if (ids.has(keySet.id)) yield `the id \`${keySet.id}\` is used by two key sets`
    ids.add(keySet.id)
    for (const problem of sourceProblems(keySet)) yield `key set \`${keySet.id}\`: ${problem}`
  }
}

function* sourceProblems({ local, remote }: KeySetConfig): Iterable<string> {
  if ((local === undefined) === (remote === undefined)) yield 'expected either `local` or `remote`'
  if (local && (local.data || undefined) === undefined && (local.file || undefined) === undefined)
    yield 'expected `local.data` or `local.file`'
  if (local?.data && local.file) yield 'expected only one of `local.data` and `local.file`'
  if (remote && !isHttpUrl(remote.url)) yield '`remote.url` must be an http or https URL'
  if (remote?.refreshInterval !== undefined && !isDuration(remote.refreshInterval))
    yield '`remote.refreshInterval` must be a number of milliseconds that is not negative'
}

function isDuration(value: number): boolean {
  return Number.isFinite(value) && value >= 0
}

function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}
