import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  formatType,
  INT,
  listType,
  mapType,
  NULL,
  opaqueType,
  optionalType,
  STRING,
  TIMESTAMP,
  typeParam,
  UINT,
} from '@lockstitch/cel'

import { FUNCTIONS } from './our-tables.ts'

/** One signature of a function or operator, as the generator needs it. */
export interface Signature {
  /** How it is counted: `string.charAt(int)`, `_+_(int, int)`. */
  readonly id: string
  readonly name: string
  /** Whether it is called as a method; the target is the first argument then. */
  readonly member: boolean
  readonly args: readonly CelType[]
  readonly result: CelType
}

/**
 * What the extension libraries of Cerbos have, written down a second time: a function that our
 * tables lack would otherwise never be tried.
 * @see https://docs.cerbos.dev/cerbos/latest/policies/conditions
 */
const EXPECTED = `
optional.of(T) -> optional(T)
optional.ofNonZeroValue(T) -> optional(T)
optional.none() -> optional(T)
optional(T).hasValue() -> bool
optional(T).value() -> T
optional(T).or(optional(T)) -> optional(T)
optional(T).orValue(T) -> T
list(T).first() -> optional(T)
list(T).last() -> optional(T)
_[?_](list(T), int) -> optional(T)
_[?_](map(A, T), A) -> optional(T)
base64.encode(bytes) -> string
base64.decode(string) -> bytes
json.encode(dyn) -> string
list(T).slice(int, int) -> list(T)
list(list(T)).flatten() -> list(T)
list(dyn).flatten(int) -> list(dyn)
lists.range(int) -> list(int)
list(T).distinct() -> list(T)
list(T).reverse() -> list(T)
list(int).sort() -> list(int)
list(uint).sort() -> list(uint)
list(double).sort() -> list(double)
list(bool).sort() -> list(bool)
list(string).sort() -> list(string)
list(bytes).sort() -> list(bytes)
list(timestamp).sort() -> list(timestamp)
list(duration).sort() -> list(duration)
math.ceil(double) -> double
math.floor(double) -> double
math.round(double) -> double
math.trunc(double) -> double
math.abs(int) -> int
math.abs(uint) -> uint
math.abs(double) -> double
math.sign(int) -> int
math.sign(uint) -> uint
math.sign(double) -> double
math.sqrt(int) -> double
math.sqrt(uint) -> double
math.sqrt(double) -> double
math.isInf(double) -> bool
math.isNaN(double) -> bool
math.isFinite(double) -> bool
math.bitAnd(int, int) -> int
math.bitAnd(uint, uint) -> uint
math.bitOr(int, int) -> int
math.bitOr(uint, uint) -> uint
math.bitXor(int, int) -> int
math.bitXor(uint, uint) -> uint
math.bitNot(int) -> int
math.bitNot(uint) -> uint
math.bitShiftLeft(int, int) -> int
math.bitShiftLeft(uint, int) -> uint
math.bitShiftRight(int, int) -> int
math.bitShiftRight(uint, int) -> uint
math.greatest(int) -> int
math.greatest(double) -> double
math.greatest(uint) -> uint
math.greatest(int, int) -> int
math.greatest(uint, uint) -> uint
math.greatest(double, double) -> double
math.greatest(int, double) -> dyn
math.greatest(int, uint) -> dyn
math.greatest(double, uint) -> dyn
math.greatest(int, int, int) -> int
math.greatest(list(int)) -> int
math.greatest(list(double)) -> double
math.greatest(list(uint)) -> uint
math.least(int) -> int
math.least(double) -> double
math.least(uint) -> uint
math.least(int, int) -> int
math.least(uint, uint) -> uint
math.least(double, double) -> double
math.least(int, double) -> dyn
math.least(uint, int) -> dyn
math.least(double, uint) -> dyn
math.least(double, double, double) -> double
math.least(list(int)) -> int
math.least(list(double)) -> double
math.least(list(uint)) -> uint
string.charAt(int) -> string
string.format(list(dyn)) -> string
string.indexOf(string) -> int
string.indexOf(string, int) -> int
string.lastIndexOf(string) -> int
string.lastIndexOf(string, int) -> int
list(string).join() -> string
list(string).join(string) -> string
string.lowerAscii() -> string
string.upperAscii() -> string
string.replace(string, string) -> string
string.replace(string, string, int) -> string
string.reverse() -> string
string.split(string) -> list(string)
string.split(string, int) -> list(string)
string.substring(int) -> string
string.substring(int, int) -> string
string.trim() -> string
strings.quote(string) -> string
regex.replace(string, string, string) -> string
regex.replace(string, string, string, int) -> string
regex.extract(string, string) -> optional(string)
regex.extractAll(string, string) -> list(string)
sets.contains(list(T), list(T)) -> bool
sets.equivalent(list(T), list(T)) -> bool
sets.intersects(list(T), list(T)) -> bool
ip(string) -> net.IP
isIP(string) -> bool
ip.isCanonical(string) -> bool
net.IP.family() -> int
net.IP.isUnspecified() -> bool
net.IP.isLoopback() -> bool
net.IP.isGlobalUnicast() -> bool
net.IP.isLinkLocalMulticast() -> bool
net.IP.isLinkLocalUnicast() -> bool
string(net.IP) -> string
cidr(string) -> net.CIDR
isCIDR(string) -> bool
net.CIDR.containsIP(net.IP) -> bool
net.CIDR.containsIP(string) -> bool
net.CIDR.containsCIDR(net.CIDR) -> bool
net.CIDR.containsCIDR(string) -> bool
net.CIDR.masked() -> net.CIDR
net.CIDR.prefixLength() -> int
net.CIDR.isMask() -> bool
net.CIDR.ip() -> net.IP
string(net.CIDR) -> string
now() -> timestamp
timeSince(timestamp) -> duration
timestamp.timeSince() -> duration
hasIntersection(list(T), list(T)) -> bool
list(T).hasIntersection(list(T)) -> bool
has_intersection(list(T), list(T)) -> bool
list(T).has_intersection(list(T)) -> bool
intersect(list(T), list(T)) -> list(T)
list(T).intersect(list(T)) -> list(T)
except(list(T), list(T)) -> list(T)
list(T).except(list(T)) -> list(T)
isSubset(list(T), list(T)) -> bool
list(T).isSubset(list(T)) -> bool
is_subset(list(T), list(T)) -> bool
list(T).is_subset(list(T)) -> bool
string.inIPAddrRange(string) -> bool
id(dyn) -> dyn
hierarchy(string) -> cerbos.lib.hierarchy
hierarchy(string, string) -> cerbos.lib.hierarchy
hierarchy(list(string)) -> cerbos.lib.hierarchy
cerbos.lib.hierarchy.ancestorOf(cerbos.lib.hierarchy) -> bool
cerbos.lib.hierarchy.descendentOf(cerbos.lib.hierarchy) -> bool
cerbos.lib.hierarchy.immediateParentOf(cerbos.lib.hierarchy) -> bool
cerbos.lib.hierarchy.immediateChildOf(cerbos.lib.hierarchy) -> bool
cerbos.lib.hierarchy.siblingOf(cerbos.lib.hierarchy) -> bool
cerbos.lib.hierarchy.overlaps(cerbos.lib.hierarchy) -> bool
cerbos.lib.hierarchy.commonAncestors(cerbos.lib.hierarchy) -> cerbos.lib.hierarchy
cerbos.lib.hierarchy.size() -> int
size(cerbos.lib.hierarchy) -> int
_[_](cerbos.lib.hierarchy, int) -> string
spiffeID(string) -> cerbos.lib.spiffeID
cerbos.lib.spiffeID.path() -> string
cerbos.lib.spiffeID.trustDomain() -> cerbos.lib.spiffeTrustDomain
cerbos.lib.spiffeID.isMemberOf(cerbos.lib.spiffeTrustDomain) -> bool
spiffeTrustDomain(string) -> cerbos.lib.spiffeTrustDomain
cerbos.lib.spiffeTrustDomain.name() -> string
cerbos.lib.spiffeTrustDomain.id() -> string
spiffeMatchAny() -> cerbos.lib.spiffeMatcher
spiffeMatchExact(cerbos.lib.spiffeID) -> cerbos.lib.spiffeMatcher
spiffeMatchExact(string) -> cerbos.lib.spiffeMatcher
spiffeMatchOneOf(list(cerbos.lib.spiffeID)) -> cerbos.lib.spiffeMatcher
spiffeMatchOneOf(list(string)) -> cerbos.lib.spiffeMatcher
spiffeMatchTrustDomain(cerbos.lib.spiffeTrustDomain) -> cerbos.lib.spiffeMatcher
spiffeMatchTrustDomain(string) -> cerbos.lib.spiffeMatcher
cerbos.lib.spiffeMatcher.matchesID(cerbos.lib.spiffeID) -> bool
cerbos.lib.spiffeMatcher.matchesID(string) -> bool
basePath(string) -> string
dirPath(string) -> string
extPath(string) -> string
volumeName(string) -> string
joinPath(list(string)) -> string
relPath(string, string) -> string
pathHasPrefix(string, string) -> bool
string.pathHasPrefix(string) -> bool
pathMatch(string, string) -> bool
string.pathMatch(string) -> bool
pathMatchAnyOf(string, list(string)) -> bool
string.pathMatchAnyOf(list(string)) -> bool
`

/** The types that a signature may begin with as the target of a method. */
const PLAIN_TYPES: ReadonlyMap<string, CelType> = new Map(
  // biome-ignore format: a table
  [
    BOOL, BYTES, DOUBLE, DURATION, DYN, INT, NULL, STRING, TIMESTAMP, UINT,
    opaqueType('net.IP'), opaqueType('net.CIDR'), opaqueType('cerbos.lib.hierarchy'), opaqueType('cerbos.lib.spiffeID'),
    opaqueType('cerbos.lib.spiffeTrustDomain'), opaqueType('cerbos.lib.spiffeMatcher'),
  ].map((type) => [formatType(type), type]),
)

/** Calls that the macro `math.greatest` turns into, and other inner names: nobody writes them. */
const INNER = /@(?!in$)|^_\?\._$/

/** These have a shape of their own in the generator. */
const LAZY: ReadonlySet<string> = new Set(['_&&_', '_||_', '_?_:_', '_?._'])

/** Every signature that is tried: those of our tables and those that Cerbos is known to have. */
export const SIGNATURES: readonly Signature[] = collect()

function collect(): readonly Signature[] {
  const byId = new Map<string, Signature>()
  const add = (signature: Signature): void => {
    if (!byId.has(signature.id)) byId.set(signature.id, signature)
  }
  for (const { name, member, args, result } of FUNCTIONS) {
    if (INNER.test(name) || LAZY.has(name)) continue
    add({ id: signatureId(name, member, args), name, member, args, result })
  }
  for (const line of EXPECTED.trim().split('\n')) add(parseSignature(line))
  return [...byId.values()]
}

function signatureId(name: string, member: boolean, args: readonly CelType[]): string {
  const names = canonicalParameters(args.map(formatType))
  const [target = '', ...rest] = names
  return member ? `${target}.${name}(${rest.join(', ')})` : `${name}(${names.join(', ')})`
}

/** Tables call their type variables as they like; here the first is `T`, the others `U` and `W`. */
function canonicalParameters(types: readonly string[]): readonly string[] {
  const names = new Map<string, string>()
  const rename = (name: string): string => {
    const known = names.get(name) ?? ['T', 'U', 'W'][names.size] ?? name
    names.set(name, known)
    return known
  }
  return types.map((type) =>
    type.replace(/\b[A-Z]\b/g, rename).replaceAll('optional_type(', 'optional('),
  )
}

function parseSignature(line: string): Signature {
  const [call = '', resultText = ''] = line.split(' -> ')
  const open = argumentsStart(call)
  const path = call.slice(0, open)
  const args = splitTypes(call.slice(open + 1, -1)).map(parseType)
  const dot = path.lastIndexOf('.')
  const target = dot === -1 ? undefined : targetType(path.slice(0, dot))
  const member = target !== undefined
  const name = member ? path.slice(dot + 1) : path
  const all = member ? [target, ...args] : args
  return {
    id: signatureId(name, member, all),
    name,
    member,
    args: all,
    result: parseType(resultText),
  }
}

/** The bracket that belongs to the last closing one. */
function argumentsStart(call: string): number {
  let depth = 0
  for (let i = call.length - 1; i >= 0; i -= 1) {
    if (call[i] === ')') depth += 1
    if (call[i] === '(') depth -= 1
    if (depth === 0) return i
  }
  throw new TypeError(`no arguments in ${call}`)
}

/** `math` in `math.abs` is no type. */
function targetType(text: string): CelType | undefined {
  return PLAIN_TYPES.has(text) || text.includes('(') ? parseType(text) : undefined
}

function parseType(text: string): CelType {
  const plain = PLAIN_TYPES.get(text)
  if (plain !== undefined) return plain
  const [, name, inner] = /^(\w+)\((.*)\)$/.exec(text) ?? []
  const parts = splitTypes(inner ?? '').map(parseType)
  if (name === 'list') return listType(parts[0] ?? DYN)
  if (name === 'optional') return optionalType(parts[0] ?? DYN)
  if (name === 'map') return mapType(parts[0] ?? DYN, parts[1] ?? DYN)
  if (/^[A-Z]$/.test(text)) return typeParam(text)
  throw new TypeError(`no type is written ${text}`)
}

function splitTypes(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const char of text) {
    if (char === '(') depth += 1
    if (char === ')') depth -= 1
    if (char === ',' && depth === 0) {
      parts.push(part.trim())
      part = ''
    } else part += char
  }
  return part.trim() === '' ? parts : [...parts, part.trim()]
}
