/** The parts of a URI reference. What a part is made of stays as it is written. */
export interface UriParts {
  /** Without the colon; `''` in a relative reference. */
  readonly scheme: string
  readonly authority: string | undefined
  readonly path: string
  readonly query: string | undefined
  readonly fragment: string | undefined
}

/** Splits any text into the parts of a URI reference, as RFC 3986 has it in appendix B. */
export function splitUri(text: string): UriParts {
  const [, scheme = '', authority, path = '', query, fragment] =
    /^(?:([A-Za-z][A-Za-z\d+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(
      text,
    ) ?? []
  return { scheme, authority, path, query, fragment }
}

/** A URL and its fragment, which stands without `#`. */
export function splitFragment(url: string): { readonly url: string; readonly fragment: string } {
  const hash = url.indexOf('#')
  if (hash === -1) return { url, fragment: '' }
  const fragment = url.slice(hash + 1)
  return { url: url.slice(0, hash), fragment: fragment === '/' ? '' : fragment }
}

/**
 * Resolves a reference against the URL of the schema that has it.
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-5.2
 */
export function resolveUri(base: string, reference: string): string {
  if (reference === '') return base
  const to = splitUri(reference)
  if (to.scheme !== '') return reference
  if (base.startsWith('urn:')) return splitFragment(base).url + reference
  const from = splitUri(base)
  const { scheme } = from
  if (to.authority !== undefined) {
    return joinUri({ ...to, scheme, path: withoutDots(to.path) })
  }
  const { authority } = from
  if (to.path === '') {
    const query = to.query ?? from.query
    return joinUri({ scheme, authority, path: from.path, query, fragment: to.fragment })
  }
  const directory = from.path.slice(0, from.path.lastIndexOf('/') + 1)
  const path = to.path.startsWith('/') ? to.path : `${directory || '/'}${to.path}`
  return joinUri({ ...to, scheme, authority, path: withoutDots(path) })
}

function joinUri({ scheme, authority, path, query, fragment }: UriParts): string {
  return [
    scheme && `${scheme}:`,
    authority !== undefined && `//${authority}`,
    path,
    query !== undefined && `?${query}`,
    fragment !== undefined && `#${fragment}`,
  ]
    .filter((part) => part !== false)
    .join('')
}

function withoutDots(path: string): string {
  const kept: string[] = []
  const steps = path.split('/')
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1
    if (step === '..') {
      if (kept.length > 1) kept.pop()
    } else if (step !== '.') kept.push(step)
    if (isLast && (step === '.' || step === '..')) kept.push('')
  }
  return kept.join('/')
}

/** Whether Go's `url.Parse` takes a text, and whether it then has a scheme. */
export function readUri(text: string): 'absolute' | 'relative' | undefined {
  const [, beforeFragment = '', fragment = ''] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? []
  if (hasControls(text) || !isPercentEncoded(fragment)) return undefined
  if (beforeFragment.startsWith(':')) return undefined
  const [, scheme = ''] = /^([A-Za-z][A-Za-z\d+.-]*):/.exec(beforeFragment) ?? []
  const kind = scheme === '' ? 'relative' : 'absolute'
  const rest = beforeFragment.slice(scheme === '' ? 0 : scheme.length + 1).replace(/\?.*/s, '')
  if (!rest.startsWith('/')) {
    // Behind a scheme, anything may follow that is no path.
    if (scheme !== '') return kind
    const [firstSegment = ''] = rest.split('/')
    return !firstSegment.includes(':') && isPercentEncoded(rest) ? kind : undefined
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))
  const [, authority = '', path = ''] = /^\/\/([^/]*)(.*)$/s.exec(hasAuthority ? rest : '') ?? []
  const isSound = isAuthority(authority) && isPercentEncoded(hasAuthority ? path : rest)
  return isSound ? kind : undefined
}

/** Whether there are control characters, which Go takes in a fragment alone. */
export function hasControls(text: string): boolean {
  return /^[^#]*[^ -~\u0080-\uffff]/.test(text)
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@')
  const user = authority.slice(0, Math.max(at, 0))
  if (!/^[\w\-.:~!$&'()*+,;=%@]*$/.test(user) || !isPercentEncoded(user)) return false
  return isHost(authority.slice(at + 1))
}

function isHost(host: string): boolean {
  if (host.startsWith('[')) {
    const [, address, port] = /^\[(.*)\](:\d*)?$/s.exec(host) ?? []
    return address !== undefined && isIpv6(address) && (port === undefined || port !== '')
  }
  const [, name, port] = /^([^:]*)(:\d*)?$/s.exec(host) ?? []
  if (name === undefined || port === '') return false
  // ASCII may not be percent-encoded in a host.
  return !/[^\w\-.~!$&'()*+,;=<>"\]\u0080-\u{10ffff}%]|%(?![89A-Fa-f][\dA-Fa-f])/u.test(name)
}

function isPercentEncoded(text: string): boolean {
  return !/%(?![\dA-Fa-f]{2})/.test(text)
}

/** Whether a text is an IPv6 address without a zone. */
export function isIpv6(text: string): boolean {
  const ipv4 = /(?<=:)[^:]*\..*$/.exec(text)?.[0]
  if (ipv4 !== undefined && !isIpv4(ipv4)) return false
  const groups = ipv4 === undefined ? text : `${text.slice(0, -ipv4.length)}0:0`
  const halves = groups.split('::')
  if (halves.length > 2) return false
  const lists = halves.map((half) => (half === '' ? [] : half.split(':')))
  const all = lists.flat()
  if (!all.every((group) => /^[\dA-Fa-f]{1,4}$/.test(group))) return false
  return halves.length === 2 ? all.length < 8 : all.length === 8
}

function isIpv4(text: string): boolean {
  const groups = text.split('.')
  return (
    groups.length === 4 &&
    groups.every((group) => /^(?:0|[1-9]\d{0,2})$/.test(group) && Number(group) < 256)
  )
}
