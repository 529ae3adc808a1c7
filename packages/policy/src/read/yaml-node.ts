import type { ScalarStyle } from '../place.ts'
import type { Span } from '../source.ts'
import type { Path } from './read-place.ts'

/** A YAML or JSON value with its place; aliases and merge keys are resolved. */
export type YamlNode = YamlScalar | YamlList | YamlMap

/** The names of types are those of Cerbos's messages (`expected string value got Mapping`). */
export type ScalarType = 'String' | 'Integer' | 'Float' | 'Infinity' | 'Nan' | 'Bool' | 'Null'

export interface YamlScalar {
  readonly kind: 'scalar'
  readonly type: ScalarType
  readonly value: string | number | boolean | null
  /** The value as a string field takes it: `2021` written without quotes is `2021`. */
  readonly text: string
  readonly style: ScalarStyle
  readonly span: Span
  /** Where its anchor or tag is, or of an aliased value the alias. */
  readonly labelAt?: number
  /** Of an aliased value where its anchor is. */
  readonly definedAt?: Path | undefined
}

interface YamlList {
  readonly kind: 'list'
  readonly items: readonly YamlNode[]
  readonly span: Span
  /** Where its anchor or tag is, or of an aliased value the alias. */
  readonly labelAt?: number
  /** Of an aliased value where its anchor is. */
  readonly definedAt?: Path | undefined
}

export interface YamlMap {
  readonly kind: 'map'
  /** In the order of the file; merged entries come after the map's own. */
  readonly entries: readonly YamlEntry[]
  readonly span: Span
  /** The colon behind a merge key that comes first. */
  readonly mergesAt?: number
  /** Where its anchor or tag is, or of an aliased value the alias. */
  readonly labelAt?: number
  /** Of an aliased value where its anchor is. */
  readonly definedAt?: Path | undefined
}

export interface YamlEntry {
  readonly key: string
  readonly keyType: ScalarType
  readonly keySpan: Span
  /** Of a merged entry where it was merged from, which is not where it is read. */
  readonly at?: Path
  /** Whether it was merged into its mapping, whose own fields win. */
  readonly isMerged?: boolean
  readonly value: YamlNode
}

/** The names of all types of nodes. */
export type NodeTypeName = ScalarType | 'Sequence' | 'Mapping'

/** What Cerbos calls the type of a node. */
export function nodeTypeName(node: YamlNode): NodeTypeName {
  switch (node.kind) {
    case 'scalar':
      return node.type
    case 'list':
      return 'Sequence'
    case 'map':
      return 'Mapping'
  }
}
