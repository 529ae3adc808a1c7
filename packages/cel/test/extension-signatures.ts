import type { OverloadDeclaration } from '../src/check/declarations.ts'
import { formatType } from '../src/types.ts'
import { overloadsFrom, type SignatureTable } from './signature.ts'

// biome-ignore format: a table
const OPTIONALS: SignatureTable = {
  'optional.of': { optional_of: '(V) -> optional_type(V)' },
  'optional.ofNonZeroValue': { optional_ofNonZeroValue: '(V) -> optional_type(V)' },
  'optional.none': { optional_none: '() -> optional_type(V)' },
  value: { optional_value: 'optional_type(V).() -> V' },
  hasValue: { optional_hasValue: 'optional_type(V).() -> bool' },
  or: { optional_or_optional: 'optional_type(V).(optional_type(V)) -> optional_type(V)' },
  orValue: { optional_orValue_value: 'optional_type(V).(V) -> V' },
  first: { list_first: 'list(V).() -> optional_type(V)' },
  last: { list_last: 'list(V).() -> optional_type(V)' },
  '_[?_]': {
    list_optindex_optional_int: '(list(V), int) -> optional_type(V)',
    optional_list_optindex_optional_int: '(optional_type(list(V)), int) -> optional_type(V)',
    map_optindex_optional_value: '(map(K, V), K) -> optional_type(V)',
    optional_map_optindex_optional_value: '(optional_type(map(K, V)), K) -> optional_type(V)',
  },
  '_[_]': {
    optional_list_index_int: '(optional_type(list(V)), int) -> optional_type(V)',
    optional_map_index_value: '(optional_type(map(K, V)), K) -> optional_type(V)',
  },
  'optional.unwrap': { optional_unwrap: '(list(optional_type(V))) -> list(V)' },
  unwrapOpt: { optional_unwrapOpt: 'list(optional_type(V)).() -> list(V)' },
}

// biome-ignore format: a table
const STRINGS: SignatureTable = {
  charAt: { string_char_at_int: 'string.(int) -> string' },
  format: { string_format: 'string.(list(dyn)) -> string' },
  indexOf: {
    string_index_of_string: 'string.(string) -> int',
    string_index_of_string_int: 'string.(string, int) -> int',
  },
  lastIndexOf: {
    string_last_index_of_string: 'string.(string) -> int',
    string_last_index_of_string_int: 'string.(string, int) -> int',
  },
  join: { list_join: 'list(string).() -> string', list_join_string: 'list(string).(string) -> string' },
  lowerAscii: { string_lower_ascii: 'string.() -> string' },
  upperAscii: { string_upper_ascii: 'string.() -> string' },
  replace: {
    string_replace_string_string: 'string.(string, string) -> string',
    string_replace_string_string_int: 'string.(string, string, int) -> string',
  },
  reverse: { string_reverse: 'string.() -> string', list_reverse: 'list(T).() -> list(T)' },
  split: {
    string_split_string: 'string.(string) -> list(string)',
    string_split_string_int: 'string.(string, int) -> list(string)',
  },
  substring: {
    string_substring_int: 'string.(int) -> string',
    string_substring_int_int: 'string.(int, int) -> string',
  },
  trim: { string_trim: 'string.() -> string' },
  'strings.quote': { strings_quote: '(string) -> string' },
}

/** Functions of the `math` library over pairs and lists of numbers. */
function extremum(name: string): Readonly<Record<string, string>> {
  const types = ['double', 'int', 'uint']
  const table: Record<string, string> = {}
  for (const type of types) table[`${name}_${type}`] = `(${type}) -> ${type}`
  for (const a of types) {
    for (const b of types) {
      table[`${name}_${a}_${b}`] = `(${a}, ${b}) -> ${a === b ? a : 'dyn'}`
    }
  }
  for (const type of types) table[`${name}_list_${type}`] = `(list(${type})) -> ${type}`
  return table
}

// biome-ignore format: a table
const MATH: SignatureTable = {
  'math.@max': extremum('math_@max'),
  'math.@min': extremum('math_@min'),
  'math.ceil': { math_ceil_double: '(double) -> double' },
  'math.floor': { math_floor_double: '(double) -> double' },
  'math.round': { math_round_double: '(double) -> double' },
  'math.trunc': { math_trunc_double: '(double) -> double' },
  'math.sqrt': { math_sqrt_double: '(double) -> double', math_sqrt_int: '(int) -> double', math_sqrt_uint: '(uint) -> double' },
  'math.isInf': { math_isInf_double: '(double) -> bool' },
  'math.isNaN': { math_isNaN_double: '(double) -> bool' },
  'math.isFinite': { math_isFinite_double: '(double) -> bool' },
  'math.abs': { math_abs_double: '(double) -> double', math_abs_int: '(int) -> int', math_abs_uint: '(uint) -> uint' },
  'math.sign': { math_sign_double: '(double) -> double', math_sign_int: '(int) -> int', math_sign_uint: '(uint) -> uint' },
  'math.bitAnd': { math_bitAnd_int_int: '(int, int) -> int', math_bitAnd_uint_uint: '(uint, uint) -> uint' },
  'math.bitOr': { math_bitOr_int_int: '(int, int) -> int', math_bitOr_uint_uint: '(uint, uint) -> uint' },
  'math.bitXor': { math_bitXor_int_int: '(int, int) -> int', math_bitXor_uint_uint: '(uint, uint) -> uint' },
  'math.bitNot': { math_bitNot_int_int: '(int) -> int', math_bitNot_uint_uint: '(uint) -> uint' },
  'math.bitShiftLeft': { math_bitShiftLeft_int_int: '(int, int) -> int', math_bitShiftLeft_uint_int: '(uint, int) -> uint' },
  'math.bitShiftRight': { math_bitShiftRight_int_int: '(int, int) -> int', math_bitShiftRight_uint_int: '(uint, int) -> uint' },
}

// biome-ignore format: a table
const OTHERS: SignatureTable = {
  'base64.encode': { base64_encode_bytes: '(bytes) -> string' },
  'base64.decode': { base64_decode_string: '(string) -> bytes' },
  'json.encode': { json_encode_dyn: '(dyn) -> string' },
  'lists.range': { lists_range: '(int) -> list(int)' },
  slice: { list_slice: 'list(T).(int, int) -> list(T)' },
  flatten: { list_flatten: 'list(list(T)).() -> list(T)', list_flatten_int: 'list(dyn).(int) -> list(dyn)' },
  distinct: { list_distinct: 'list(T).() -> list(T)' },
  sort: {
    list_int_sort: 'list(int).() -> list(int)', list_uint_sort: 'list(uint).() -> list(uint)',
    list_double_sort: 'list(double).() -> list(double)', list_bool_sort: 'list(bool).() -> list(bool)',
    list_duration_sort: 'list(duration).() -> list(duration)', list_timestamp_sort: 'list(timestamp).() -> list(timestamp)',
    list_string_sort: 'list(string).() -> list(string)', list_bytes_sort: 'list(bytes).() -> list(bytes)',
  },
  'sets.contains': { list_sets_contains_list: '(list(T), list(T)) -> bool' },
  'sets.equivalent': { list_sets_equivalent_list: '(list(T), list(T)) -> bool' },
  'sets.intersects': { list_sets_intersects_list: '(list(T), list(T)) -> bool' },
  'regex.replace': { regex_replaceAll: '(string, string, string) -> string', regex_replaceCount: '(string, string, string, int) -> string' },
  'regex.extract': { regex_extract: '(string, string) -> optional_type(string)' },
  'regex.extractAll': { regex_extractAll: '(string, string) -> list(string)' },
  ip: { string_to_ip: '(string) -> net.IP', cidr_ip: 'net.CIDR.() -> net.IP' },
  isIP: { is_ip: '(string) -> bool' },
  'ip.isCanonical': { ip_is_canonical: '(string) -> bool' },
  family: { ip_family: 'net.IP.() -> int' },
  cidr: { string_to_cidr: '(string) -> net.CIDR' },
  containsIP: { cidr_contains_ip: 'net.CIDR.(net.IP) -> bool', cidr_contains_ip_string: 'net.CIDR.(string) -> bool' },
  prefixLength: { cidr_prefix_length: 'net.CIDR.() -> int' },
  string: { ip_to_string: '(net.IP) -> string', cidr_to_string: '(net.CIDR) -> string' },
  now: { now: '() -> timestamp' },
  timeSince: { time_since: '(timestamp) -> duration', timestamp_time_since: 'timestamp.() -> duration' },
  hasIntersection: { has_intersection: '(list(A), list(A)) -> bool', list_has_intersection: 'list(A).(list(A)) -> bool' },
  intersect: { intersect: '(list(A), list(A)) -> list(A)', list_intersect: 'list(A).(list(A)) -> list(A)' },
  except: { list_except: 'list(A).(list(A)) -> list(A)', except: '(list(A), list(A)) -> list(A)' },
  isSubset: { is_subset: '(list(A), list(A)) -> bool', list_is_subset: 'list(A).(list(A)) -> bool' },
  inIPAddrRange: { in_ip_addr_range: 'string.(string) -> bool' },
  id: { id: '(dyn) -> dyn' },
  hierarchy: {
    hierarchy_string: '(string) -> cerbos.lib.hierarchy', hierarchy_list: '(list(string)) -> cerbos.lib.hierarchy',
    hierarchy_delim: '(string, string) -> cerbos.lib.hierarchy',
  },
  ancestorOf: { ancestor_of: 'cerbos.lib.hierarchy.(cerbos.lib.hierarchy) -> bool' },
  commonAncestors: { common_ancestors: 'cerbos.lib.hierarchy.(cerbos.lib.hierarchy) -> cerbos.lib.hierarchy' },
  spiffeID: { spiffe_id: '(string) -> cerbos.lib.spiffeID' },
  spiffeTrustDomain: { spiffe_trust_domain: '(string) -> cerbos.lib.spiffeTrustDomain' },
  spiffeMatchAny: { spiffe_match_any: '() -> cerbos.lib.spiffeMatcher' },
}

/** The functions of the extension libraries that the checker is tried with, without their code. */
export const EXTENSION_SIGNATURES: readonly OverloadDeclaration[] = [
  OPTIONALS,
  STRINGS,
  MATH,
  OTHERS,
].flatMap(overloadsFrom)

/** Those of them that a table of functions does not have yet, told by name and arguments. */
export function missingExtensions(
  known: readonly OverloadDeclaration[],
): readonly OverloadDeclaration[] {
  const signatures = new Set(known.map(signatureOf))
  return EXTENSION_SIGNATURES.filter((overload) => !signatures.has(signatureOf(overload)))
}

function signatureOf({ name, member, args }: OverloadDeclaration): string {
  // Type parameters have other names in other tables.
  const types = args.map((type) => formatType(type).replace(/\b[A-Z]\b/g, '_'))
  return `${member} ${name} ${types.join()}`
}
