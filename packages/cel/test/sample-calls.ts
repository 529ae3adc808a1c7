import type { OverloadDeclaration } from '../src/check/declarations.ts'
import type { CelType } from '../src/types.ts'

/** Expressions of each type; none is a literal, which would be tried when it is checked. */
// biome-ignore format: a table
const SAMPLES: Readonly<Record<string, string>> = {
  bool: '(R.id == P.id)', int: 'size(R.id)', uint: 'uint(size(R.id))', double: 'double(size(R.id))',
  string: 'R.id', bytes: 'bytes(R.id)', null: 'null', timestamp: 'now()', duration: '(now() - now())',
  dyn: 'R.attr.x', type: 'int', param: 'size(R.id)',
  'net.IP': 'ip(R.id)', 'net.CIDR': 'cidr(R.id)', 'cerbos.lib.hierarchy': 'hierarchy(R.id)',
  'cerbos.lib.spiffeID': 'spiffeID(R.id)', 'cerbos.lib.spiffeTrustDomain': 'spiffeTrustDomain(R.id)',
  'cerbos.lib.spiffeMatcher': 'spiffeMatchAny()',
}

/** An expression of a type. */
export function sampleOf(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `[${sampleOf(type.element)}]`
    case 'map':
      return `{${sampleOf(type.key)}: ${sampleOf(type.value)}}`
    case 'opaque':
      if (type.name === 'optional_type')
        return `optional.of(${type.parameters.map(sampleOf).join()})`
      return SAMPLES[type.name] ?? type.name
    default:
      return SAMPLES[type.kind] ?? type.kind
  }
}

/** A call of an overload with an argument of each type; nothing for what cannot be written. */
export function sampleCall({ name, member, args }: OverloadDeclaration): string | undefined {
  const [first = '', second = '', third = ''] = args.map(sampleOf)
  const infix = /^_(\W+)_$/.exec(name)?.[1]
  if (name === '_?_:_') return `(${first} ? ${second} : ${third})`
  if (name === '_[_]') return `${first}[${second}]`
  if (name === '_[?_]') return `${first}[?${second}]`
  if (name === '@in') return `(${first} in ${second})`
  if (infix !== undefined) return `(${first} ${infix} ${second})`
  if (name === '!_' || name === '-_') return `${name[0]}${first}`
  if (name.includes('@')) return undefined
  const samples = args.map(sampleOf)
  return member
    ? `${first}.${name}(${samples.slice(1).join(', ')})`
    : `${name}(${samples.join(', ')})`
}
