import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  INT,
  listType,
  mapType,
  NULL,
  optionalType,
  partsOf,
  STRING,
  TYPE,
  UINT,
} from '../types.ts'
import { NULL_VALUE, WELL_KNOWN_MESSAGES } from '../well-known.ts'

/** One signature of a function. */
export interface OverloadDeclaration {
  /** cel-go's name of the overload: `add_int64`, `size_string`. */
  readonly id: string
  /** The function or operator: `_+_`, `size`, `math.greatest`. */
  readonly name: string
  /** Whether it is called as a method; the receiver is its first argument then. */
  readonly member: boolean
  readonly args: readonly CelType[]
  readonly result: CelType
}

/** A function with all its signatures, in the order in which they are tried. */
export interface FunctionDeclaration {
  readonly name: string
  readonly overloads: readonly CheckedOverload[]
  /** What calls with arguments of simple types were found to mean, so that it is found once. */
  readonly meanings: Map<number, CallMeaning>
}

/** The overloads that a call may mean, and the type of its result. */
export interface CallMeaning {
  readonly reference: FunctionReference
  readonly result: CelType
}

/**
 * What a call refers to, with the ids of the overloads that its arguments may fit. `name` is the
 * function: `math.abs` for `math.abs(x)`, whose target is then part of the name.
 */
export interface FunctionReference {
  readonly kind: 'function'
  readonly name: string
  readonly overloads: readonly string[]
}

/** An overload with the names of its type parameters. */
export interface CheckedOverload extends OverloadDeclaration {
  readonly typeParams: readonly string[]
}

/** What an expression is checked against. Make it once with {@link declare}. */
export interface Declarations {
  readonly variables: ReadonlyMap<string, CelType>
  readonly functions: FunctionDeclarations
  /** The types that an expression can name: in `type(x) == int`, in `Name{field: 1}`. */
  readonly types: ReadonlyMap<string, CelType>
  /** The namespace in which names are looked up first; empty for none. */
  readonly container: string
  /** The parts of the dotted names above: what begins with any other name is no qualified name. */
  readonly nameParts: ReadonlySet<string>
}

/** What {@link declare} takes. */
export interface DeclareOptions {
  readonly variables?: Readonly<Record<string, CelType>>
  readonly functions?: FunctionDeclarations
  /** Further types by name: message types that no variable has. */
  readonly types?: Readonly<Record<string, CelType>>
  readonly container?: string
}

/** Functions by name. */
export type FunctionDeclarations = ReadonlyMap<string, FunctionDeclaration>

// biome-ignore format: a table
const STANDARD_TYPES: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ['bool', BOOL], ['bytes', BYTES], ['double', DOUBLE], ['int', INT], ['uint', UINT],
  ['string', STRING], ['null_type', NULL], ['type', TYPE],
  ['list', listType(DYN)], ['map', mapType(DYN, DYN)], ['optional_type', optionalType(DYN)],
  ...WELL_KNOWN_MESSAGES.map((type): [string, CelType] => [type.name, type]),
])

/** Indexes declarations by name. The standard types are always among them. */
export function declare(options: DeclareOptions): Declarations {
  const { functions = new Map(), container = '' } = options
  const variables = new Map(Object.entries({ [NULL_VALUE]: INT, ...options.variables }))
  const types = new Map([...STANDARD_TYPES, ...Object.entries(options.types ?? {})])
  for (const type of variables.values()) addNamedTypes(type, types)
  for (const { overloads } of functions.values()) {
    for (const { result } of overloads) addNamedTypes(result, types)
  }
  const names = [...variables.keys(), ...types.keys(), ...functions.keys()]
  const dotted = names.filter((name) => name.includes('.'))
  const nameParts = new Set(dotted.flatMap((name) => name.split('.')))
  return { variables, functions, types, container, nameParts }
}

/** Indexes overloads by the name of their function. */
export function declareFunctions(overloads: readonly OverloadDeclaration[]): FunctionDeclarations {
  const functions = new Map<string, Mutable>()
  for (const overload of overloads) {
    const { name } = overload
    const declared: Mutable = functions.get(name) ?? { name, overloads: [], meanings: new Map() }
    declared.overloads.push({ ...overload, typeParams: typeParamsOf(overload) })
    functions.set(name, declared)
  }
  return functions
}

interface Mutable extends FunctionDeclaration {
  readonly overloads: CheckedOverload[]
}

/** The fully qualified names that a name may stand for, nearest namespace first. */
export function candidateNames(container: string, name: string): readonly string[] {
  if (name.startsWith('.')) return [name.slice(1)]
  if (container === '') return [name]
  const parts = container.split('.')
  const prefixes = parts.map((_, i) => parts.slice(0, parts.length - i).join('.'))
  return [...prefixes.map((prefix) => `${prefix}.${name}`), name]
}

// biome-ignore format: a table
const SIMPLE_TYPES: ReadonlyMap<CelType['kind'], number> = new Map(
  (['null', 'bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration', 'dyn'] as const)
    .map((kind, i) => [kind, i]),
)

/** A number for a call's arguments, where all of them have types that no inference changes. */
export function simpleSignature(args: readonly CelType[], member: boolean): number | undefined {
  let signature = member ? 2 : 1
  for (const { kind } of args) {
    const position = SIMPLE_TYPES.get(kind)
    if (position === undefined || args.length > MAX_SIMPLE_ARGS) return undefined
    signature = signature * 16 + position
  }
  return signature
}

const MAX_SIMPLE_ARGS = 4

/** Message types, those of their fields, and the libraries' own types can be named. */
function addNamedTypes(type: CelType, types: Map<string, CelType>): void {
  if (type.kind === 'list') addNamedTypes(type.element, types)
  if (type.kind === 'map') addNamedTypes(type.value, types)
  const isOwn = type.kind === 'opaque' && type.parameters.length === 0
  if ((type.kind !== 'message' && !isOwn) || types.has(type.name)) return
  types.set(type.name, type)
  if (type.kind !== 'message') return
  for (const field of type.fields.values()) addNamedTypes(field.type, types)
}

function typeParamsOf(overload: OverloadDeclaration): readonly string[] {
  const names = new Set<string>()
  for (const type of [...overload.args, overload.result]) collectTypeParams(type, names)
  return [...names]
}

function collectTypeParams(type: CelType, names: Set<string>): void {
  if (type.kind === 'param') names.add(type.name)
  for (const part of partsOf(type)) collectTypeParams(part, names)
}
