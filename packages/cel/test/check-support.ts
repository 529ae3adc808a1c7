import {
  type Decl,
  Type_PrimitiveType as Primitive,
  type Type,
  Type_WellKnownType as WellKnown,
} from '@bufbuild/cel-spec/cel/expr/checked_pb.js'

import type { Expr } from '../src/ast.ts'
import type { OverloadDeclaration } from '../src/check/declarations.ts'
import { qualify } from '../src/check/qualify.ts'
import type { CheckResult } from '../src/check.ts'
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
  STRING,
  TIMESTAMP,
  typeParam,
  UINT,
} from '../src/types.ts'
import { debugString } from './debug-string.ts'
import { WELL_KNOWN, wrapperType } from './proto-declarations.ts'

// biome-ignore format: a table
const PRIMITIVES: Readonly<Record<Primitive, CelType>> = {
  [Primitive.PRIMITIVE_TYPE_UNSPECIFIED]: DYN, [Primitive.BOOL]: BOOL, [Primitive.INT64]: INT,
  [Primitive.UINT64]: UINT, [Primitive.DOUBLE]: DOUBLE, [Primitive.STRING]: STRING,
  [Primitive.BYTES]: BYTES,
}
// biome-ignore format: a table
const WELL_KNOWN_KINDS: Readonly<Record<WellKnown, CelType>> = {
  [WellKnown.WELL_KNOWN_TYPE_UNSPECIFIED]: DYN, [WellKnown.ANY]: DYN,
  [WellKnown.TIMESTAMP]: TIMESTAMP, [WellKnown.DURATION]: DURATION,
}

/** A type of the declarations that come with a test case. */
export function typeFromProto(type: Type | undefined, messages: Record<string, CelType>): CelType {
  const each = (part: Type | undefined): CelType => typeFromProto(part, messages)
  const kind = type?.typeKind
  switch (kind?.case) {
    case 'primitive':
      return PRIMITIVES[kind.value]
    case 'wrapper':
      return wrapperType(PRIMITIVES[kind.value])
    case 'wellKnown':
      return WELL_KNOWN_KINDS[kind.value]
    case 'null':
      return NULL
    case 'listType':
      return listType(each(kind.value.elemType))
    case 'mapType':
      return mapType(each(kind.value.keyType), each(kind.value.valueType))
    case 'typeParam':
      return typeParam(kind.value)
    case 'type':
      return { kind: 'type', of: each(kind.value) }
    case 'abstractType':
      return opaqueType(kind.value.name, ...kind.value.parameterTypes.map(each))
    case 'messageType':
      return (
        WELL_KNOWN.get(kind.value) ??
        messages[kind.value] ?? { kind: 'message', name: kind.value, fields: new Map() }
      )
    default:
      return DYN
  }
}

/** The variables and functions that come with a test case. */
export function declarationsFromProto(
  decls: readonly Decl[],
  messages: Record<string, CelType>,
): { variables: Record<string, CelType>; overloads: readonly OverloadDeclaration[] } {
  const variables: Record<string, CelType> = {}
  const overloads: OverloadDeclaration[] = []
  for (const { name, declKind } of decls) {
    if (declKind.case === 'ident') variables[name] = typeFromProto(declKind.value.type, messages)
    if (declKind.case !== 'function') continue
    for (const overload of declKind.value.overloads) {
      const args = overload.params.map((param) => typeFromProto(param, messages))
      const result = typeFromProto(overload.resultType, messages)
      overloads.push({
        id: overload.overloadId,
        name,
        member: overload.isInstanceFunction,
        args,
        result,
      })
    }
  }
  return { variables, overloads }
}

/** A checked expression in the notation of cel-go's debug output: `~type^reference` behind each node. */
export function checkedDebugString(expr: Expr, result: CheckResult & { ok: true }): string {
  return debugString(
    qualify(expr, result.references, () => true),
    (node) => {
      const type = result.types[node.id]
      const reference = result.references[node.id]
      const meaning =
        reference?.kind === 'function' ? [...reference.overloads].sort().join('|') : reference?.name
      return `${type ? `~${formatType(type)}` : ''}${meaning === undefined ? '' : `^${meaning}`}`
    },
  )
}

/** A message without what is added to cel-go's words for the author's sake. */
export function withoutHint(message: string): string {
  return message
    .replace(/; (did you mean|it is called as) .*$/, '')
    .replace(/^(invalid (duration|timestamp|matches|ip|cidr) argument): .*$/, '$1')
}
