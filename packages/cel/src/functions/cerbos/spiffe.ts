import { compareStrings } from '../../equality.ts'
import { andThen, CelError, convertAll, invalidArgument } from '../../errors.ts'
import { BOOL, type CelType, listType, opaqueType, STRING } from '../../types.ts'
import { Opaque, type Value } from '../../values.ts'
import { globals, methods, NO_SUCH_OVERLOAD, type Overload } from '../overload.ts'

const ID = opaqueType('cerbos.lib.spiffeID')
const TRUST_DOMAIN = opaqueType('cerbos.lib.spiffeTrustDomain')
const MATCHER = opaqueType('cerbos.lib.spiffeMatcher')

class SpiffeId extends Opaque {
  readonly trustDomain: string
  readonly path: string

  constructor(trustDomain: string, path: string) {
    super()
    this.trustDomain = trustDomain
    this.path = path
  }

  get celType(): CelType {
    return ID
  }

  /** Like Cerbos's, it is equal to the text that writes it. */
  equals(other: Value): boolean | CelError {
    if (other instanceof SpiffeId) {
      return other.trustDomain === this.trustDomain && other.path === this.path
    }
    return equalsText(other, [this.keyText()])
  }

  override keyText(): string {
    return `spiffe://${this.trustDomain}${this.path}`
  }
}

function equalsText(other: Value, texts: readonly string[]): boolean | CelError {
  if (typeof other === 'string') return texts.includes(other)
  return other === null ? false : NO_SUCH_OVERLOAD
}

class TrustDomain extends Opaque {
  readonly domain: string

  constructor(domain: string) {
    super()
    this.domain = domain
  }

  get celType(): CelType {
    return TRUST_DOMAIN
  }

  equals(other: Value): boolean | CelError {
    if (other instanceof TrustDomain) return other.domain === this.domain
    return equalsText(other, [this.domain, `spiffe://${this.domain}`])
  }

  override keyText(): string {
    return this.domain
  }

  /** By name; a text is read as a trust domain. With a text Cerbos orders the two the wrong way. */
  override compare(other: Value): number | undefined {
    if (other instanceof TrustDomain) return compareStrings(this.domain, other.domain)
    const read = typeof other === 'string' ? parseTrustDomain(other) : undefined
    return read instanceof TrustDomain ? compareStrings(read.domain, this.domain) : undefined
  }
}

class Matcher extends Opaque {
  readonly matches: (id: SpiffeId) => boolean

  constructor(matches: (id: SpiffeId) => boolean) {
    super()
    this.matches = matches
  }

  get celType(): CelType {
    return MATCHER
  }

  equals(): boolean {
    return false
  }
}

/** SPIFFE identities. @see https://docs.cerbos.dev/cerbos/latest/policies/conditions.html#_spiffe */
// biome-ignore format: a table
export const SPIFFE: readonly Overload[] = [
  ...globals('spiffeID', [['spiffe_id', [STRING], ID, parseId]]),
  ...methods('path', [['spiffe_id_path', [ID], STRING, (id: SpiffeId) => id.path]]),
  ...methods('trustDomain', [['spiffe_id_trust_domain', [ID], TRUST_DOMAIN, (id: SpiffeId) => new TrustDomain(id.trustDomain)]]),
  ...methods('isMemberOf', [['spiffe_id_is_member_of', [ID, TRUST_DOMAIN], BOOL, (id: SpiffeId, { domain }: TrustDomain) => id.trustDomain === domain]]),
  ...globals('spiffeTrustDomain', [['spiffe_trust_domain', [STRING], TRUST_DOMAIN, parseTrustDomain]]),
  ...methods('name', [['spiffe_trust_domain_name', [TRUST_DOMAIN], STRING, ({ domain }: TrustDomain) => domain]]),
  ...methods('id', [['spiffe_trust_domain_id', [TRUST_DOMAIN], STRING, (domain: TrustDomain) => domain]]),
  ...globals('spiffeMatchAny', [['spiffe_match_any', [], MATCHER, () => new Matcher(() => true)]]),
  ...globals('spiffeMatchExact', [
    ['spiffe_match_exact_id', [ID], MATCHER, (id: SpiffeId) => new Matcher((other) => id.equals(other) === true)],
    ['spiffe_match_exact_string', [STRING], MATCHER, (text: string) => matchOneOf([text])],
  ]),
  ...globals('spiffeMatchOneOf', [
    ['spiffe_match_one_of_ids', [listType(ID)], MATCHER, matchOneOf],
    ['spiffe_match_one_of_strings', [listType(STRING)], MATCHER, matchOneOf],
  ]),
  ...globals('spiffeMatchTrustDomain', [
    ['spiffe_match_trust_domain_id', [TRUST_DOMAIN], MATCHER, ({ domain }: TrustDomain) => matchDomain(domain)],
    ['spiffe_match_trust_domain_string', [STRING], MATCHER, matchDomainText],
  ]),
  ...methods('matchesID', [
    ['spiffe_matcher_matches_id', [MATCHER, ID], BOOL, (matcher: Matcher, id: SpiffeId) => matcher.matches(id)],
    ['spiffe_matcher_matches_string', [MATCHER, STRING], BOOL, matchesText],
  ]),
]

const SCHEME = 'spiffe://'
const DOMAIN_RULE =
  'trust domain characters are limited to lowercase letters, numbers, dots, dashes, and underscores'
const SEGMENT_RULE =
  'path segment characters are limited to letters, numbers, dots, dashes, and underscores'

function parseId(text: string): SpiffeId | CelError {
  return readId(text, 'failed to parse SPIFFE ID')
}

/** @see https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md */
function readId(text: string, context: string): SpiffeId | CelError {
  const fail = (reason: string): CelError => invalidArgument(`${context}: ${reason}`)
  if (text === '') return fail('cannot be empty')
  if (!text.startsWith(SCHEME)) return fail('scheme is missing or invalid')
  const rest = text.slice(SCHEME.length)
  const slash = rest.indexOf('/')
  const domain = slash < 0 ? rest : rest.slice(0, slash)
  const path = slash < 0 ? '' : rest.slice(slash)
  const problem = domainProblem(domain) ?? pathProblem(path)
  return problem === undefined ? new SpiffeId(domain, path) : fail(problem)
}

function domainProblem(domain: string): string | undefined {
  if (domain === '') return 'trust domain is missing'
  return /^[a-z0-9._-]+$/.test(domain) ? undefined : DOMAIN_RULE
}

function pathProblem(path: string): string | undefined {
  if (path === '') return undefined
  const segments = path.slice(1).split('/')
  if (segments.slice(0, -1).includes('')) return 'path cannot contain empty segments'
  if (segments.at(-1) === '') return 'path cannot have a trailing slash'
  if (segments.includes('.') || segments.includes('..')) return 'path cannot contain dot segments'
  return segments.every((segment) => /^[A-Za-z0-9._-]+$/.test(segment)) ? undefined : SEGMENT_RULE
}

function parseTrustDomain(text: string): TrustDomain | CelError {
  const context = 'failed to parse SPIFFE trust domain'
  if (text.includes(':/')) {
    return andThen(readId(text, context), ({ trustDomain }) => new TrustDomain(trustDomain))
  }
  const problem = domainProblem(text)
  return problem === undefined ? new TrustDomain(text) : invalidArgument(`${context}: ${problem}`)
}

function matchDomain(domain: string): Matcher {
  return new Matcher((id) => id.trustDomain === domain)
}

function matchDomainText(text: string): Matcher | CelError {
  return andThen(parseTrustDomain(text), ({ domain }) => matchDomain(domain))
}

function matchOneOf(list: readonly Value[]): Matcher | CelError {
  const ids = convertAll(list, (each) => {
    const id = typeof each === 'string' ? parseId(each) : each
    return id instanceof SpiffeId || id instanceof CelError ? id : NO_SUCH_OVERLOAD
  })
  return andThen(ids, (all) => new Matcher((other) => all.some((id) => id.equals(other) === true)))
}

function matchesText(matcher: Matcher, text: string): boolean | CelError {
  return andThen(readId(text, 'invalid SPIFFE ID'), matcher.matches)
}
