import type { SourceLocation } from './linked.ts'
import {
  cerbosPositionAt,
  type Position,
  positionAt,
  type SourceText,
  type Span,
} from './source.ts'

/** Where a value of a policy file stands. */
export interface Place {
  readonly source: SourceText
  readonly span: Span
  /** `$.resourcePolicy.rules[0].effect` */
  readonly path: string
  /** The offset that Cerbos reports for the same value: the key of a field, the `:` of a list item. */
  readonly anchor?: number
  /** The path that Cerbos reports, where it is not the same. */
  readonly anchorPath?: string
}

/** A value and where it was read. */
export interface Located<T> {
  readonly value: T
  readonly place: Place
}

/** How a scalar is written, which decides how its value maps back to the file. */
export type ScalarStyle = 'plain' | 'single-quoted' | 'double-quoted' | 'block'

/** A string with the style that it is written in. */
export interface LocatedText extends Located<string> {
  readonly style: ScalarStyle
}

/** The line and column at which a place starts. */
function positionOf(place: Place): Position {
  return positionAt(place.source, place.span.start)
}

/** A place as linked policies carry it. */
export function locationOf(place: Place): SourceLocation {
  const { line, column } = positionOf(place)
  return { file: place.source.path, line, column }
}

/** The line and column that Cerbos reports for a place; the start where it reports none. */
export function anchorOf(place: Place): Position {
  return cerbosPositionAt(place.source, place.anchor ?? place.span.start)
}

/** A place for which Cerbos reports another one, that of the value around it. */
export function reportedAt(place: Place, around: Place): Place {
  const { source, span, path } = place
  if (around.anchor === undefined) return place
  return { source, span, path, anchor: around.anchor, anchorPath: around.anchorPath ?? around.path }
}

/** A part of a place. */
export function withSpan({ source, path, anchor, anchorPath }: Place, span: Span): Place {
  return {
    source,
    span,
    path,
    ...(anchor !== undefined && { anchor }),
    ...(anchorPath !== undefined && { anchorPath }),
  }
}

/** A place that Cerbos reports without a position. */
export function unanchored({ source, span, path }: Place): Place {
  return { source, span, path }
}

/** `line:column`, as Cerbos cites a place of the same file. */
export function citeAnchor(place: Place): string {
  const { line, column } = anchorOf(place)
  return `${line}:${column}`
}

/** `file:line:column`, as Cerbos cites a place of any file. */
export function citeFile(place: Place): string {
  return `${place.source.path}:${citeAnchor(place)}`
}

/** A place that belongs to no field, such as a syntax error. */
export function placeAt(source: SourceText, span: Span, path = ''): Place {
  return { source, span, path, anchor: span.start }
}
