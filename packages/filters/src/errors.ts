/** Why no filter was made. */
export type FilterErrorCode =
  /** The mapping itself cannot be used. */
  | 'bad-mapping'
  /** A condition reads an attribute that the mapping does not have. */
  | 'unmapped-attribute'
  /** A condition has an operator, or one in a place, that no filter says exactly. */
  | 'unsupported-operator'
  /** A value that the database cannot be asked for exactly. */
  | 'unsupported-value'

/** What a {@link FilterError} is about. */
export interface FilterErrorPlace {
  /** The operator of the plan. */
  readonly operator?: string
  /** The attribute, as conditions name it: `request.resource.attr.owner`. */
  readonly attribute?: string
}

/** Thrown in place of a filter that would keep other rows than a check allows. */
export class FilterError extends Error {
  override readonly name = 'FilterError'
  readonly code: FilterErrorCode
  readonly operator: string | undefined
  readonly attribute: string | undefined

  constructor(code: FilterErrorCode, message: string, place: FilterErrorPlace = {}) {
    super(message)
    this.code = code
    this.operator = place.operator
    this.attribute = place.attribute
  }
}
